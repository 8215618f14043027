import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely';
import type { AlertsTable, Database, NotificationsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/outbox.contract.ts

/** A parameter list stays well below what any engine allows in one statement. */
const ROWS_A_STATEMENT = 50;

type Queued = Pick<
  NotificationsTable,
  'id' | 'customer' | 'alert_id' | 'contact_id' | 'policy_id' | 'channel' | 'type' | 'payload'
> & { atMs: number };

/** A notification that is to be sent at once, told by nothing else than is said. */
export function queuedNotification(
  { atMs, ...row }: Queued,
  more: Partial<NotificationsTable> = {},
): NotificationsTable {
  return {
    ...row,
    state: 'queued',
    created_at: atMs,
    next_attempt_at: atMs,
    attempts: 0,
    receipt: null,
    step: null,
    group_key: null,
    released_at: null,
    digest_id: null,
    left_out: null,
    fallback_for: null,
    ...more,
  };
}

/** What makes a notification wait, for a time and for others. */
export function heldBy(hold: {
  notBeforeMs: number | null;
  groupKey: string | null;
}): Partial<NotificationsTable> {
  if (hold.groupKey === null || hold.notBeforeMs === null) return {};
  return { group_key: hold.groupKey, next_attempt_at: hold.notBeforeMs };
}

export async function insertNotifications(
  tx: StateTransaction,
  rows: readonly NotificationsTable[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    await tx
      .insertInto('notifications')
      .values(rows.slice(at, at + ROWS_A_STATEMENT))
      .execute();
  }
}

/** A contact of a customer. */
export interface ContactKey {
  customer: string;
  contactId: string;
}

export interface DueQuery {
  nowMs: number;
  limit: number;
  /** An engine that marks what it gives out marks no more for one contact at a time: the rest would only be given back. */
  limitPerContact?: number;
  /** Notifications that are being worked on. */
  exceptIds?: readonly string[];
  /** Contacts who have enough waiting for them. */
  exceptContacts?: readonly ContactKey[];
}

/** A notification with the contact as it is now: the document's body (JSON); null where it is gone. */
export type DueNotification = NotificationsTable & { contact: string | null };

/** Takes notifications that are due, for one notifier or for one of several. */
export type ClaimDue = (
  db: StateDb | StateTransaction,
  query: DueQuery,
) => Promise<DueNotification[]>;

type Earlier = ExpressionBuilder<
  Database & { n: NotificationsTable; e: NotificationsTable },
  'n' | 'e'
>;

/** Still to be sent, by itself or in another digest; what waits for others or for the end of quiet hours holds up nothing. */
const isUnsent = ({ eb, or, and, ref }: Earlier) =>
  or([
    and([
      eb('e.next_attempt_at', 'is not', null),
      or([eb('e.group_key', 'is', null), eb('e.released_at', 'is not', null)]),
    ]),
    and([eb('e.digest_id', '!=', ref('n.id')), eb('e.state', 'in', ['queued', 'failed'])]),
  ]);

/**
 * Notifications whose next attempt is due, the longest due first. What is told of one alert to one contact keeps
 * its order: a notification is not due while an earlier one is neither sent nor given up. What waits for others is not taken.
 *
 * One process sends for now and remembers what it works on, so nothing is locked or written here; an engine with
 * several senders takes the same rows with `FOR UPDATE SKIP LOCKED` in a transaction.
 */
export function claimDue(
  db: StateDb | StateTransaction,
  { nowMs, limit, exceptIds = [], exceptContacts = [] }: DueQuery,
): Promise<DueNotification[]> {
  let query = db
    .selectFrom('notifications as n')
    .selectAll('n')
    // Asked by its whole key for each row: a join may be planned as a reading of all documents.
    .select(({ selectFrom }) =>
      selectFrom('documents as d')
        .whereRef('d.customer', '=', 'n.customer')
        .where('d.kind', '=', 'contact')
        .whereRef('d.id', '=', 'n.contact_id')
        .select('d.body')
        .as('contact'),
    )
    .where('n.next_attempt_at', '<=', nowMs)
    .where(({ eb, or }) => or([eb('n.group_key', 'is', null), eb('n.released_at', 'is not', null)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('notifications as e')
            .select('e.id')
            .whereRef('e.alert_id', '=', 'n.alert_id')
            .whereRef('e.contact_id', '=', 'n.contact_id')
            .where(isUnsent)
            .where(({ eb, or, and, ref }) =>
              or([
                eb('e.created_at', '<', ref('n.created_at')),
                and([eb('e.created_at', '=', ref('n.created_at')), eb('e.id', '<', ref('n.id'))]),
              ]),
            ),
        ),
      ),
    );
  if (exceptIds.length > 0) query = query.where('n.id', 'not in', exceptIds);
  for (const { customer, contactId } of exceptContacts) {
    query = query.where(({ eb, or }) =>
      or([eb('n.customer', '!=', customer), eb('n.contact_id', '!=', contactId)]),
    );
  }
  // Nothing more to order by: thousands that are due at once need not be sorted to find the first few.
  return query.orderBy('n.next_attempt_at').limit(limit).execute();
}

export interface Attempt {
  notificationId: string;
  atMs: number;
  /** A word or two, such as `200`, `timeout`, `refused`. */
  outcome: string;
  detail: string | null;
  /** Others went out in it. */
  isDigest?: boolean;
  /** What becomes of the notification. */
  next:
    | { state: 'sent'; receipt: string | null }
    | { state: 'failed'; nextAttemptMs: number }
    | { state: 'given_up' };
}

/**
 * Keeps attempts and moves their notifications on. Two statements without a transaction, so that no commit of
 * readings waits for this: where only the first one becomes durable, the notification is still due and is sent again.
 */
export async function recordAttempts(
  db: StateDb | StateTransaction,
  attempts: readonly Attempt[],
): Promise<void> {
  for (let at = 0; at < attempts.length; at += ROWS_A_STATEMENT) {
    const some = attempts.slice(at, at + ROWS_A_STATEMENT);
    await db
      .insertInto('delivery_attempts')
      .values(
        some.map(({ notificationId, atMs, outcome, detail }) => ({
          notification_id: notificationId,
          at: atMs,
          outcome,
          detail,
        })),
      )
      .execute();
    await moveDigested(db, some);
    await moveOn(db, some);
  }
}

/** What went out in a digest shares its fate; done before the digest moves, which is sent again otherwise. */
async function moveDigested(
  db: StateDb | StateTransaction,
  attempts: readonly Attempt[],
): Promise<void> {
  for (const { notificationId, next, isDigest } of attempts) {
    if (isDigest !== true) continue;
    const receipt = next.state === 'sent' ? next.receipt : null;
    await db
      .updateTable('notifications')
      .set({ state: next.state, receipt })
      .where('digest_id', '=', notificationId)
      .execute();
  }
}

/** One statement for all: each column by a CASE over the ids. */
async function moveOn(db: StateDb | StateTransaction, attempts: readonly Attempt[]): Promise<void> {
  const states = attempts.map(({ notificationId, next }) => ({
    id: notificationId,
    state: next.state,
    nextAttemptMs: next.state === 'failed' ? next.nextAttemptMs : null,
    receipt: next.state === 'sent' ? next.receipt : null,
  }));
  const byId = <V extends string | number | null>(
    type: 'text' | 'double precision',
    pick: (entry: (typeof states)[number]) => V,
  ) =>
    sql<V>`case id ${sql.join(
      states.map((entry) => sql`when ${entry.id} then cast(${pick(entry)} as ${sql.raw(type)})`),
      sql` `,
    )} end`;
  // What was left out while it was on its way is not tried again.
  const unlessLeftOut = <V>(value: RawBuilder<V>, otherwise: RawBuilder<V>) =>
    sql<V>`case when left_out is null then ${value} else ${otherwise} end`;
  await db
    .updateTable('notifications')
    .set((set) => ({
      state: unlessLeftOut(
        byId('text', (entry) => entry.state),
        byId('text', (entry) => (entry.state === 'failed' ? 'given_up' : entry.state)),
      ),
      attempts: set('attempts', '+', 1),
      next_attempt_at: unlessLeftOut(
        byId('double precision', (entry) => entry.nextAttemptMs),
        sql`cast(null as double precision)`,
      ),
      receipt: byId('text', (entry) => entry.receipt),
      left_out: sql<
        string | null
      >`case when ${byId('text', (entry) => entry.state)} = 'sent' then null else left_out end`,
    }))
    .where(
      'id',
      'in',
      states.map(({ id }) => id),
    )
    .execute();
}

/**
 * Alerts that are due to be looked at: open ones, because they are told again or their hush ends, and cleared ones of
 * which more people may have to hear that they are.
 */
export function findDueRepeats(
  db: StateDb | StateTransaction,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<AlertsTable[]> {
  return db
    .selectFrom('alerts')
    .selectAll()
    .where('next_repeat_at', '<=', nowMs)
    .orderBy('next_repeat_at')
    .limit(limit)
    .execute();
}

const isFollowedUp = ({ eb, or }: ExpressionBuilder<Database, 'alerts'>) =>
  or([eb('state', '=', 'cleared'), eb('acknowledged', '=', 0)]);

/**
 * False where the alert is another than it was (`state`, unless it is said: active), or has been acknowledged while active,
 * or, with `dueMs` (when this was due), has been seen to by another notifier: then nobody is told.
 */
export async function advanceRepeat(
  tx: StateTransaction,
  {
    alertId,
    dueMs,
    nextRepeatMs,
    state = 'active',
  }: {
    alertId: string;
    dueMs?: number | null;
    nextRepeatMs: number | null;
    state?: AlertsTable['state'];
  },
): Promise<boolean> {
  let update = tx
    .updateTable('alerts')
    .set({ next_repeat_at: nextRepeatMs })
    .where('id', '=', alertId)
    .where('state', '=', state)
    .where(isFollowedUp);
  if (dueMs !== undefined) update = update.where('next_repeat_at', 'is not distinct from', dueMs);
  const result = await update.executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export interface NextDue {
  /** The next attempt after now, ms; Infinity where none waits. */
  attemptMs: number;
  /** The next repeat, due or not, ms; Infinity where none waits. */
  repeatMs: number;
}

/** When there will be something to do. */
export async function nextDueAfter(db: StateDb, nowMs: number): Promise<NextDue> {
  const row = await db
    .selectNoFrom(({ selectFrom }) => [
      selectFrom('notifications')
        .select(({ fn }) => fn.min('next_attempt_at').as('at'))
        .where('next_attempt_at', '>', nowMs)
        .as('attempt'),
      selectFrom('alerts')
        .select(({ fn }) => fn.min('next_repeat_at').as('at'))
        .where('next_repeat_at', 'is not', null)
        .as('repeat'),
    ])
    .executeTakeFirstOrThrow();
  const ms = (at: unknown) =>
    at === null || at === undefined ? Number.POSITIVE_INFINITY : Number(at);
  return { attemptMs: ms(row.attempt), repeatMs: ms(row.repeat) };
}
