import { sql } from 'kysely';
import type { NotificationsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/outbox.contract.ts. What the outbox knows of one alert.

/** What asks for somebody's attention. */
export const ALARM_TYPES: readonly string[] = ['raised', 'severity_changed', 'escalated'];

export interface ToldRow {
  contactId: string;
  policyId: string | null;
  step: number | null;
  /** For what is held: when it may go. */
  firstToldMs: number;
  lastToldMs: number;
}

const toldAt = sql<number>`case when group_key is null then created_at
  else coalesce(released_at, next_attempt_at, created_at) end`;

/** Whom an alert has been told to, by which step of which policy, first and last. Being told that it is over does not count. */
export async function toldContacts(
  db: StateDb | StateTransaction,
  alertId: string,
  { orHeld = true }: { orHeld?: boolean } = {},
): Promise<ToldRow[]> {
  let query = db
    .selectFrom('notifications')
    .select((select) => [
      'contact_id',
      'policy_id',
      'step',
      select.fn.min<number>(toldAt).as('first_told_at'),
      select.fn.max<number>(toldAt).as('last_told_at'),
    ])
    .where('alert_id', '=', alertId)
    .where('type', 'in', ALARM_TYPES)
    .where('left_out', 'is', null)
    .groupBy(['contact_id', 'policy_id', 'step']);
  if (!orHeld) {
    query = query.where(({ eb, or }) =>
      or([eb('group_key', 'is', null), eb('released_at', 'is not', null)]),
    );
  }
  const rows = await query.execute();
  return rows.map((row) => ({
    contactId: row.contact_id,
    policyId: row.policy_id,
    step: row.step,
    firstToldMs: Number(row.first_told_at),
    lastToldMs: Number(row.last_told_at),
  }));
}

/**
 * Whom an alert was told to before a time, and who has not been told of it since then: each once, by the step that told
 * last. Being told that it is over does not count.
 */
export async function toldBefore(
  tx: StateTransaction,
  { alertId, beforeMs }: { alertId: string; beforeMs: number },
): Promise<Pick<ToldRow, 'contactId' | 'policyId' | 'step'>[]> {
  const rows = await tx
    .selectFrom('notifications')
    .select(['contact_id', 'policy_id', 'step', 'created_at'])
    .where('alert_id', '=', alertId)
    .where('type', 'in', ALARM_TYPES)
    .where('left_out', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const latest = new Map(rows.map((row) => [row.contact_id, row]));
  return [...latest.values()]
    .filter((row) => Number(row.created_at) < beforeMs)
    .map((row) => ({ contactId: row.contact_id, policyId: row.policy_id, step: row.step }));
}

/** One contact on one channel, and when an alert was first told there. */
export interface FirstTold {
  contactId: string;
  channel: string;
  atMs: number;
  /** Something of it got through. */
  isReached: boolean;
}

/** Who has been told of an alert so far, the first first. What still waits for the end of quiet hours or for others does not count. */
export async function firstTold(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<FirstTold[]> {
  const rows = await db
    .selectFrom('notifications')
    .select((select) => [
      'contact_id',
      'channel',
      select.fn.min<number>(toldAt).as('at'),
      sql<number>`max(case when state = 'sent' then 1 else 0 end)`.as('reached'),
    ])
    .where('alert_id', '=', alertId)
    .where('type', 'in', ALARM_TYPES)
    .where('left_out', 'is', null)
    .where(({ eb, or }) => or([eb('group_key', 'is', null), eb('released_at', 'is not', null)]))
    .groupBy(['contact_id', 'channel'])
    .orderBy('at')
    .orderBy('contact_id')
    .execute();
  return rows.map((row) => ({
    contactId: row.contact_id,
    channel: row.channel,
    atMs: Number(row.at),
    isReached: Number(row.reached) === 1,
  }));
}

/** What an alert has told, the first first; at most `limit`. What was left out does not count. */
export function alarmsOfAlert(
  db: StateDb,
  { alertId, limit }: { alertId: string; limit: number },
): Promise<NotificationsTable[]> {
  return db
    .selectFrom('notifications')
    .selectAll()
    .where('alert_id', '=', alertId)
    .where('type', 'in', ALARM_TYPES)
    .where('left_out', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();
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

/** What was last told of an alert; undefined where nothing was. A digest says nothing of its own: its members do. */
export async function latestPayload(
  db: StateDb | StateTransaction,
  alertId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('notifications')
    .select('payload')
    .where('alert_id', '=', alertId)
    .where('type', '<>', 'digest')
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

/** Who has been told of an alert in the place of somebody else since a time. */
export async function fallbacksOfAlert(
  tx: StateTransaction,
  { alertId, sinceMs }: { alertId: string; sinceMs: number },
): Promise<Set<string>> {
  const rows = await tx
    .selectFrom('notifications')
    .select('contact_id')
    .where('alert_id', '=', alertId)
    .where('fallback_for', 'is not', null)
    .where('created_at', '>=', sinceMs)
    .execute();
  return new Set(rows.map((row) => row.contact_id));
}
