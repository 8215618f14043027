import { type ExpressionBuilder, sql } from 'kysely';
import type { AlertsTable, Database, NotificationsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/outbox.contract.ts

/** A parameter list stays well below what any engine allows in one statement. */
const ROWS_A_STATEMENT = 50;

/** What asks for somebody's attention. */
const ALARM_TYPES = ['raised', 'severity_changed', 'escalated'];

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

/**
 * Notifications whose next attempt is due, the longest due first. What is told of one alert to one contact keeps
 * its order: a notification is not due while an earlier one is neither sent nor given up.
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
    .leftJoin('documents as d', (join) =>
      join
        .onRef('d.customer', '=', 'n.customer')
        .on('d.kind', '=', 'contact')
        .onRef('d.id', '=', 'n.contact_id'),
    )
    .selectAll('n')
    .select('d.body as contact')
    .where('n.next_attempt_at', '<=', nowMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('notifications as e')
            .select('e.id')
            .whereRef('e.alert_id', '=', 'n.alert_id')
            .whereRef('e.contact_id', '=', 'n.contact_id')
            .where('e.next_attempt_at', 'is not', null)
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
    await moveOn(db, some);
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
  await db
    .updateTable('notifications')
    .set((set) => ({
      state: byId('text', (entry) => entry.state),
      attempts: set('attempts', '+', 1),
      next_attempt_at: byId('double precision', (entry) => entry.nextAttemptMs),
      receipt: byId('text', (entry) => entry.receipt),
    }))
    .where(
      'id',
      'in',
      states.map(({ id }) => id),
    )
    .execute();
}

/**
 * Alerts that are due to be looked at: open ones that nobody has acknowledged, and cleared ones of which more people may
 * have to hear that they are.
 */
export function findDueRepeats(
  db: StateDb | StateTransaction,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<AlertsTable[]> {
  return db
    .selectFrom('alerts')
    .selectAll()
    .where('next_repeat_at', '<=', nowMs)
    .where(isFollowedUp)
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

export interface ToldRow {
  contactId: string;
  policyId: string | null;
  step: number | null;
  firstToldMs: number;
  lastToldMs: number;
}

/** Whom an alert has been told to, by which step of which policy, first and last. Being told that it is over does not count. */
export async function toldContacts(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<ToldRow[]> {
  const rows = await db
    .selectFrom('notifications')
    .select((select) => [
      'contact_id',
      'policy_id',
      'step',
      select.fn.min('created_at').as('first_told_at'),
      select.fn.max('created_at').as('last_told_at'),
    ])
    .where('alert_id', '=', alertId)
    .where('type', 'in', ALARM_TYPES)
    .where('left_out', 'is', null)
    .groupBy(['contact_id', 'policy_id', 'step'])
    .execute();
  return rows.map((row) => ({
    contactId: row.contact_id,
    policyId: row.policy_id,
    step: row.step,
    firstToldMs: Number(row.first_told_at),
    lastToldMs: Number(row.last_told_at),
  }));
}

/** Contacts for whom something about an alert still waits to be sent. */
export async function contactsWaiting(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('notifications')
    .select('contact_id')
    .where('alert_id', '=', alertId)
    .where('next_attempt_at', 'is not', null)
    .execute();
  return new Set(rows.map((row) => row.contact_id));
}

/** What was last told of an alert; undefined where nothing was. */
export async function latestPayload(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('notifications')
    .select('payload')
    .where('alert_id', '=', alertId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.payload;
}

/**
 * Alarms of an alert that have not been sent are not sent any more, since somebody has seen to it. One that is on its way
 * at this moment may still arrive.
 */
export async function leaveOutWaiting(
  tx: StateTransaction,
  { alertId, reason }: { alertId: string; reason: string },
): Promise<void> {
  await tx
    .updateTable('notifications')
    .set({ state: 'given_up', next_attempt_at: null, left_out: reason })
    .where('alert_id', '=', alertId)
    .where('type', 'in', ALARM_TYPES)
    .where('next_attempt_at', 'is not', null)
    .execute();
}

export type ToldNotification = Pick<
  NotificationsTable,
  'contact_id' | 'type' | 'state' | 'created_at' | 'next_attempt_at'
>;

/** All that there is of an alert in the outbox. Notifications of one change have one `type` and `created_at`. */
export function notificationsOfAlert(
  db: StateDb | StateTransaction,
  { customer, alertId }: { customer: string; alertId: string },
): Promise<ToldNotification[]> {
  return db
    .selectFrom('notifications')
    .select(['contact_id', 'type', 'state', 'created_at', 'next_attempt_at'])
    .where('alert_id', '=', alertId)
    .where('customer', '=', customer)
    .execute();
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
        .where(isFollowedUp)
        .as('repeat'),
    ])
    .executeTakeFirstOrThrow();
  const ms = (at: unknown) =>
    at === null || at === undefined ? Number.POSITIVE_INFINITY : Number(at);
  return { attemptMs: ms(row.attempt), repeatMs: ms(row.repeat) };
}
