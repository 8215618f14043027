import type { AlertOutcome } from '#domain/alert.ts';
import type { NotificationType } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import type { Severity } from '#domain/rule.ts';
import { isHushed } from '#engine/alarms/hush.ts';
import { StormWatch } from '#engine/alarms/storm-watch.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { routeAlert } from '#engine/routing/route-alert.ts';
import { uuidV7 } from '#platform/ids.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { heldBy, queuedNotification } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import { applyTransition } from '../apply-transition.ts';
import type { Fired, Group } from '../group.ts';

// Tested by: ../processor.test.ts

/**
 * Turns transitions into alert rows, their history, and a notification for everybody who is to be told.
 * `routingOf` answers a customer's policies and contacts made ready.
 */
export function route(
  group: Group,
  { routingOf, storms }: { routingOf(customer: string): Routing; storms: Map<string, StormWatch> },
): void {
  for (const fired of group.fired) {
    const previousSeverity = (fired.instance.alert?.severity ?? null) as Severity | null;
    const { transition } = fired;
    // A rule whose severity was changed raises anew what stands: the alert goes on, more or less severe.
    if (
      transition.change === 'raised' &&
      fired.instance.alert?.returned_at == null &&
      (previousSeverity ?? transition.severity) !== transition.severity
    )
      fired.transition = { ...transition, change: 'severity_changed' };
    const routing = routingOf(fired.instance.sensor.customer);
    const row = applyTransition(group, fired, routing.windows);
    if (row === undefined) continue;
    group.changed.push(row);
    if (fired.transition.change === 'raised') watchStorm(group, row, storms);
    const isTold = notify(group, fired, { row, previousSeverity, routing });
    fired.tally?.alerts.push(outcomeOf(row, isTold));
  }
}

/** Marks the first alert of a storm, once that is known. */
function watchStorm(group: Group, row: AlertsTable, storms: Map<string, StormWatch>): void {
  let watch = storms.get(row.customer);
  if (watch === undefined) {
    watch = new StormWatch();
    storms.set(row.customer, watch);
  }
  const id = watch.raised(row.id, group.nowMs);
  if (id !== undefined) group.unit.alertUpdates.push({ id, first_of_storm: 1 });
}

function outcomeOf(row: AlertsTable, isTold: boolean): AlertOutcome {
  return {
    id: row.id,
    rule_id: row.rule_id,
    sensor_id: row.sensor_id,
    state: row.state,
    severity: row.severity as Severity,
    notification: isTold ? 'queued' : 'none',
  };
}

function notify(
  group: Group,
  { instance, transition, tally }: Fired,
  {
    row,
    previousSeverity,
    routing,
  }: { row: AlertsTable; previousSeverity: Severity | null; routing: Routing },
): boolean {
  const { sensor, rule } = instance;
  const isOver = row.state === 'cleared';
  // A condition that has gone from a latched alert is no news: it waits for its reset.
  if (row.returned_at !== null && !isOver) return false;
  // The silence of a sensor may be its parent's, which may be judged elsewhere: the notifier finds out.
  const mayBeParents = rule.kind === 'silent' && sensor.parentId !== null && row.told === 0;
  if (isOver ? row.told === 0 : mayBeParents || isHushed(row, group.nowMs)) {
    if (!isOver) lookAgain(group, row, Math.max(row.shelved_until ?? 0, group.nowMs));
    return false;
  }
  if (row.told === 0) keep(group, row, { told: 1 });
  const routed = routeAlert(
    {
      type: transition.change as NotificationType,
      severity: row.severity as Severity,
      previousSeverity,
      highestSeverity: row.highest_severity as Severity,
      rule: { id: rule.rule.id, policy: rule.rule.policy },
      sensor: { id: sensor.sensorId, location: sensor.location, labels: sensor.labels },
      atMs: group.nowMs,
    },
    routing,
  );
  if (routed.repeatMs !== null && row.state === 'active')
    keep(group, row, { next_repeat_at: group.nowMs + routed.repeatMs });
  const isNews = row.state === 'cleared' || transition.change === 'severity_changed';
  if (isNews && routed.hasLaterSteps) {
    // Whom later steps have told is known to the notifier: it tells them that this is over, or has become worse.
    keep(group, row, { next_repeat_at: group.nowMs });
  }
  if (routed.targets.length === 0) return row.state === 'active' && routed.repeatMs !== null;
  const payload = JSON.stringify(
    buildNotificationPayload({
      alert: alertFromRow(row),
      previousSeverity,
      rule: rule.rule,
      sensor: {
        id: sensor.sensorId,
        name: sensor.name,
        location: sensor.location,
        labels: sensor.labels,
      },
      readingReceivedMs: tally?.submission.receivedMs ?? null,
    }),
  );
  for (const { contactId, policyId, channel, step, hold } of routed.targets) {
    group.unit.notifications.push(
      queuedNotification(
        {
          id: uuidV7(group.nowMs),
          customer: row.customer,
          alert_id: row.id,
          contact_id: contactId,
          policy_id: policyId,
          channel,
          type: transition.change,
          payload,
          atMs: group.nowMs,
        },
        { step, ...heldBy(hold) },
      ),
    );
  }
  return true;
}

/** A row that has just been raised is written as it is at the end of the group; of any other each change is. */
function keep(
  group: Group,
  row: AlertsTable,
  changes: Partial<Pick<AlertsTable, 'told' | 'next_repeat_at'>>,
): void {
  Object.assign(row, changes);
  if (group.unit.newAlerts.at(-1) !== row) group.unit.alertUpdates.push({ id: row.id, ...changes });
}

/** The notifier looks when the hush is over, and whether it is over already: people may have been faster. */
function lookAgain(group: Group, row: AlertsTable, atMs: number): void {
  keep(group, row, { next_repeat_at: atMs });
}
