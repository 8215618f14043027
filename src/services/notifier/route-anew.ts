import type { Rule, Severity } from '#domain/rule.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { type Route, routeAlert } from '#engine/routing/route-alert.ts';
import { loadRouting } from '#operations/policy/load-routing.ts';
import { uuidV7 } from '#platform/ids.ts';
import { findAlert } from '#storage/state/alerts.ts';
import { findDocument } from '#storage/state/documents.ts';
import {
  advanceRepeat,
  heldBy,
  insertNotifications,
  queuedNotification,
} from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import { notificationsOfAlert, type ToldNotification } from '#storage/state/told.ts';
import type { Parcel } from './parcel.ts';

type Undelivered = Pick<Parcel, 'row' | 'type' | 'payload'>;

const TYPES = new Set(['raised', 'severity_changed', 'escalated', 'cleared']);

/**
 * For a notification whose contact is gone: where nobody else has been told or is about to be told of the same change
 * of the alert, it is routed anew by the policies and contacts of now. Answers whom it is for instead.
 *
 * That an alert cleared is told only to whom something was told of it. What is made keeps the time of the change, so
 * that its order holds, and so that the same notification, looked at once more after a crash, makes nothing twice.
 */
export async function routeAnew(
  state: StateStore,
  undelivered: Undelivered,
  nowMs: number,
): Promise<string[]> {
  const { row, type } = undelivered;
  const { customer, alert_id: alertId } = row;
  if (!TYPES.has(type)) return [];
  const about = { customer, alertId };
  const routing = await loadRouting(state.db, customer);
  if (isTold(await notificationsOfAlert(state.db, about), row, routing)) return [];
  const alert = await findAlert(state.db, { customer, id: alertId });
  // Who acknowledged it knows.
  if (alert?.acknowledged === 1 && type !== 'cleared') return [];
  const route = await routeNow(state, undelivered, { routing, alert, nowMs });
  return state.transaction(async (tx) => {
    // Asked again: of several contacts who are gone, one alone brings this about.
    const told = await notificationsOfAlert(tx, about);
    if (isTold(told, row, routing)) return [];
    const targets = route.targets.filter(({ contactId }) => {
      const theirs = told.filter((other) => other.contact_id === contactId);
      if (theirs.some((other) => isSameChange(other, row))) return false;
      return type !== 'cleared' || theirs.some((other) => other.state !== 'given_up');
    });
    const rows = targets.map(({ contactId, policyId, channel, step, hold }) =>
      queuedNotification(
        {
          id: uuidV7(nowMs),
          customer,
          alert_id: alertId,
          contact_id: contactId,
          policy_id: policyId,
          channel,
          type,
          payload: row.payload,
          atMs: row.created_at,
        },
        { step, next_attempt_at: nowMs, ...heldBy(hold) },
      ),
    );
    await insertNotifications(tx, rows);
    if (rows.length > 0 && route.repeatMs !== null && alert?.next_repeat_at === null) {
      await advanceRepeat(tx, { alertId, nextRepeatMs: nowMs + route.repeatMs });
    }
    return targets.map(({ contactId }) => contactId);
  });
}

function isSameChange(other: ToldNotification, row: ToldNotification): boolean {
  return other.type === row.type && other.created_at === row.created_at;
}

/** Whether somebody has been told of the change, or a contact that is there waits to be told. */
function isTold(
  told: readonly ToldNotification[],
  row: ToldNotification,
  { everyone }: Routing,
): boolean {
  const present = new Set(everyone.map(({ id }) => id));
  return told.some(
    (other) =>
      isSameChange(other, row) &&
      (other.state === 'sent' || (other.next_attempt_at !== null && present.has(other.contact_id))),
  );
}

async function routeNow(
  state: StateStore,
  { row, type, payload }: Undelivered,
  { routing, alert, nowMs }: { routing: Routing; alert: AlertsTable | undefined; nowMs: number },
): Promise<Route> {
  const { rule, sensor } = payload;
  const kept = await findDocument(state.db, { customer: row.customer, kind: 'rule', id: rule.id });
  const policy = kept === undefined ? undefined : (JSON.parse(kept.body) as Rule).policy;
  return routeAlert(
    {
      type,
      severity: payload.alert.severity,
      previousSeverity: payload.previous_severity,
      highestSeverity: alert?.highest_severity as Severity | undefined,
      rule: { id: rule.id, policy },
      sensor,
      atMs: nowMs,
    },
    routing,
  );
}
