import type { NotificationPayload } from '#domain/notification-payload.ts';
import type { Routing } from '#engine/routing/route-alert.ts';
import { routeRepeat } from '#engine/routing/route-repeat.ts';
import { uuidV7 } from '#platform/ids.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import {
  advanceRepeat,
  contactsWaiting,
  findDueRepeats,
  insertNotifications,
  latestPayload,
  toldContacts,
} from '#storage/state/outbox.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import { loadRouting } from './load-routing.ts';

const ALERTS_A_TIME = 50;

/**
 * Makes new notifications for alerts that are still active and that nobody has acknowledged, as their policies' `repeat`
 * asks. Answers whether there may be more. Who still waits for an earlier notification of the alert is left out: a
 * receiver that is down for hours does not find them piled up.
 */
export async function tellAgain(state: StateStore, nowMs: number): Promise<boolean> {
  const alerts = await findDueRepeats(state.db, { nowMs, limit: ALERTS_A_TIME });
  const routings = new Map<string, Routing>();
  for (const alert of alerts) {
    let routing = routings.get(alert.customer);
    if (!routing) {
      routing = await loadRouting(state.db, alert.customer);
      routings.set(alert.customer, routing);
    }
    await repeatAlert(state, { alert, routing, nowMs });
  }
  return alerts.length === ALERTS_A_TIME;
}

async function repeatAlert(
  state: StateStore,
  { alert, routing, nowMs }: { alert: AlertsTable; routing: Routing; nowMs: number },
): Promise<void> {
  const { db } = state;
  const route = routeRepeat(await toldContacts(db, alert.id), { routing, nowMs });
  const shelvedUntilMs = alert.shelved_until ?? 0;
  const isQuiet = shelvedUntilMs > nowMs || alert.suppressed_by !== null;
  const nextRepeatMs =
    route.nextRepeatMs === null ? null : Math.max(route.nextRepeatMs, shelvedUntilMs);
  const payload = isQuiet ? undefined : await latestPayload(db, alert.id);
  const waiting = await contactsWaiting(db, alert.id);
  const rows =
    payload === undefined
      ? []
      : route.targets
          .filter(({ contactId }) => !waiting.has(contactId))
          .map((target) => ({
            ...repeatRow(alert, { payload, nowMs }),
            contact_id: target.contactId,
            policy_id: target.policyId,
            channel: target.channel,
          }));
  await state.transaction(async (tx) => {
    const isStillOpen = await advanceRepeat(tx, {
      alertId: alert.id,
      dueMs: alert.next_repeat_at,
      nextRepeatMs,
    });
    if (isStillOpen) await insertNotifications(tx, rows);
  });
}

/** The texts as they were told last, the alert as it is now. */
function repeatRow(
  alert: AlertsTable,
  { payload, nowMs }: { payload: string; nowMs: number },
): Omit<NotificationsTable, 'contact_id' | 'policy_id' | 'channel'> {
  const repeated: NotificationPayload = {
    ...(JSON.parse(payload) as NotificationPayload),
    alert: alertFromRow(alert),
    previous_severity: null,
    repeat: true,
    reading_received_at_ms: null,
  };
  return {
    id: uuidV7(nowMs),
    customer: alert.customer,
    alert_id: alert.id,
    type: 'raised',
    state: 'queued',
    payload: JSON.stringify(repeated),
    created_at: nowMs,
    next_attempt_at: nowMs,
    attempts: 0,
    receipt: null,
  };
}
