import type { Contact, NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import type { Severity } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import type { PreparedPolicy, Routing } from '#engine/routing/prepare-routing.ts';
import { holdFor } from '#engine/routing/route-alert.ts';
import { loadRouting } from '#operations/policy/load-routing.ts';
import { uuidV7 } from '#platform/ids.ts';
import { findAlert } from '#storage/state/alerts.ts';
import { membersOfDigest } from '#storage/state/bundles.ts';
import { heldBy, insertNotifications, queuedNotification } from '#storage/state/outbox.ts';
import type { NotificationsTable } from '#storage/state/schema.ts';
import type { StateStore, StateTransaction } from '#storage/state/state-store.ts';
import { ALARM_TYPES, fallbacksOfAlert } from '#storage/state/told.ts';

/** How long a critical alarm may fail to get through before others hear it, unless the policy says. */
const DEFAULT_AFTER_MS = 5 * 60_000;

/** How long a wrong token or address may be a passing fault of a proxy. */
const REFUSED_AFTER_MS = 60_000;

/** A notification that did not get through. */
export interface Unreached {
  row: NotificationsTable;
  payload: NotificationPayload;
  contact: Contact;
  isGivenUp: boolean;
  /** The other side does not know who asks, or what for. */
  isRefused?: boolean;
}

export interface FallbackOutcome {
  /** Contacts who are told instead. */
  others: string[];
  /** When others are to be told if it has not got through by then, ms. */
  dueMs?: number;
}

/**
 * Tells the fallback contacts of the policy, and that of the contact, of an alarm that does not reach its contact. Each of
 * them once; and nobody where the alarm has been acknowledged, or is over.
 */
export async function tellFallback(
  state: StateStore,
  unreached: Unreached,
  nowMs: number,
): Promise<FallbackOutcome> {
  const { row, contact, isGivenUp } = unreached;
  if (!ALARM_TYPES.includes(row.type) && row.type !== 'digest') return { others: [] };
  if (row.policy_id === null && contact.fallback_contact === undefined) return { others: [] };
  const routing = await loadRouting(state.db, row.customer);
  const prepared = row.policy_id === null ? undefined : routing.policyById.get(row.policy_id);
  const others = fallbackContacts(contact, { prepared, routing });
  if (others.length === 0) return { others: [] };
  if (!isGivenUp) {
    const dueMs = fallbackDueMs(unreached, prepared);
    if (dueMs === undefined) return { others: [] };
    if (dueMs > nowMs) return { others: [], dueMs };
  }
  return state.transaction(async (tx) => {
    const about = row.type === 'digest' ? await membersOfDigest(tx, row.id) : [row];
    const told = new Set<string>();
    for (const alarm of about) {
      const rows = await rowsInstead(tx, { ...unreached, row: alarm }, { others, prepared, nowMs });
      await insertNotifications(tx, rows);
      for (const { contact_id: id } of rows) told.add(id);
    }
    return { others: [...told] };
  });
}

async function rowsInstead(
  tx: StateTransaction,
  { row, contact }: Unreached,
  by: { others: readonly Contact[]; prepared: PreparedPolicy | undefined; nowMs: number },
): Promise<NotificationsTable[]> {
  const { others, prepared, nowMs } = by;
  const { customer, alert_id: alertId } = row;
  const alert = await findAlert(tx, { customer, id: alertId });
  if (!ALARM_TYPES.includes(row.type) || alert?.acknowledged === 1 || alert?.state === 'cleared') {
    return [];
  }
  // Whose turn it was to stand in since this alarm was made has been told that this contact cannot be reached.
  const toldAlready = await fallbacksOfAlert(tx, { alertId, sinceMs: row.created_at });
  const payload = JSON.parse(row.payload) as NotificationPayload;
  const text = JSON.stringify({ ...payload, fallback_for: contact.name });
  const change = {
    type: row.type as NotificationType,
    severity: payload.alert.severity,
    rule: payload.rule,
    sensor: payload.sensor,
    atMs: nowMs,
  };
  return others
    .filter(({ id }) => id !== contact.id && !toldAlready.has(id))
    .map((other) =>
      queuedNotification(
        {
          id: uuidV7(nowMs),
          customer,
          alert_id: alertId,
          contact_id: other.id,
          policy_id: row.policy_id,
          channel: other.channel,
          type: row.type,
          payload: text,
          atMs: nowMs,
        },
        {
          step: row.step,
          fallback_for: contact.id,
          ...heldBy(holdFor(change, other, prepared?.policy)),
        },
      ),
    );
}

function fallbackContacts(
  { fallback_contact: own }: Contact,
  { prepared, routing }: { prepared: PreparedPolicy | undefined; routing: Routing },
): Contact[] {
  const mine = own === undefined ? undefined : routing.contactById.get(own);
  return [...new Set([...(mine ? [mine] : []), ...(prepared?.fallback ?? [])])];
}

/** When others are told of what has not got through; undefined where only at the end of all attempts. */
function fallbackDueMs(
  { row, payload, isRefused }: Unreached,
  prepared: PreparedPolicy | undefined,
): number | undefined {
  const after = prepared?.policy.fallback_after;
  const members = payload.digest?.members ?? [payload];
  const isCritical = members.some(
    ({ alert }) => alert.severity === ('critical' satisfies Severity),
  );
  const usual = isCritical ? DEFAULT_AFTER_MS : Number.POSITIVE_INFINITY;
  const allowedMs = Math.min(
    after === undefined ? usual : durationMs(after),
    isRefused ? REFUSED_AFTER_MS : Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(allowedMs) ? (row.released_at ?? row.created_at) + allowedMs : undefined;
}
