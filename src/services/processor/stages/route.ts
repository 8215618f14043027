import type { AlertOutcome } from '#domain/alert.ts';
import type { NotificationType } from '#domain/notification.ts';
import { buildNotificationPayload } from '#domain/notification-payload.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { routeAlert } from '#engine/routing/route-alert.ts';
import { uuidV7 } from '#platform/ids.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { heldBy, queuedNotification } from '#storage/state/outbox.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { Fired, Group } from '../group.ts';

// Tested by: ../processor.test.ts

/**
 * Turns transitions into alert rows, their history, and a notification for everybody who is to be told.
 * `routingOf` answers a customer's policies and contacts made ready.
 */
export function route(group: Group, routingOf: (customer: string) => Routing): void {
  for (const fired of group.fired) {
    const previousSeverity = (fired.instance.alert?.severity ?? null) as Severity | null;
    const { transition } = fired;
    // A rule whose severity was changed raises anew what stands: the alert goes on, more or less severe.
    if (
      transition.change === 'raised' &&
      (previousSeverity ?? transition.severity) !== transition.severity
    )
      fired.transition = { ...transition, change: 'severity_changed' };
    const row = applyTransition(group, fired);
    if (row === undefined) continue;
    group.changed.push(row);
    const routing = routingOf(row.customer);
    const isTold = notify(group, fired, { row, previousSeverity, routing });
    fired.tally?.alerts.push(outcomeOf(row, isTold));
  }
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

/** The alert as it is after the change; undefined where there is nothing to change. */
function applyTransition(group: Group, fired: Fired): AlertsTable | undefined {
  const { instance, transition } = fired;
  const row = instance.alert;
  if (transition.change === 'raised') {
    // After a restart the rule may come to what it had told already: then that alert stands.
    if (row !== undefined) return undefined;
    const alert = newAlert(group, fired);
    instance.alert = alert;
    group.unit.newAlerts.push(alert);
    addHistory(group, alert, transition.change);
    return alert;
  }
  if (row === undefined) return undefined;
  const next = {
    ...row,
    limit_value: transition.limit ?? row.limit_value,
    value: transition.value ?? row.value,
    peak: transition.peak ?? row.peak,
  };
  if (transition.change === 'severity_changed') {
    next.severity = transition.severity;
    next.highest_severity = worse(row.highest_severity, transition.severity);
    group.unit.alertUpdates.push({
      id: row.id,
      severity: next.severity,
      highest_severity: next.highest_severity,
      value: next.value,
      limit_value: next.limit_value,
      peak: next.peak,
    });
    instance.alert = next;
  } else {
    next.limit_value = row.limit_value;
    next.state = 'cleared';
    next.cleared_at = transition.atMs;
    next.next_repeat_at = null;
    group.unit.alertUpdates.push({
      id: row.id,
      state: 'cleared',
      cleared_at: next.cleared_at,
      value: next.value,
      peak: next.peak,
      next_repeat_at: null,
    });
    instance.alert = undefined;
  }
  addHistory(group, next, transition.change);
  return next;
}

function worse(a: string, b: Severity): string {
  return SEVERITIES.indexOf(a as Severity) > SEVERITIES.indexOf(b) ? a : b;
}

function newAlert(group: Group, { instance, transition }: Fired): AlertsTable {
  const { sensor, rule } = instance;
  const metric = rule.takes === 'sample' ? (rule.metrics[0] ?? null) : null;
  return {
    id: uuidV7(group.nowMs),
    customer: sensor.customer,
    rule_id: rule.rule.id,
    sensor_pk: sensor.pk,
    sensor_id: sensor.sensorId,
    metric,
    condition: rule.kind,
    state: 'active',
    severity: transition.severity,
    highest_severity: transition.severity,
    acknowledged: 0,
    shelved_until: null,
    suppressed_by: null,
    assignee: null,
    value: transition.value,
    limit_value: transition.limit,
    unit: metric === null ? null : (sensor.series.get(metric)?.unit ?? null),
    peak: transition.peak,
    started_at: transition.startedAtMs,
    received_at: group.nowMs,
    cleared_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
    next_repeat_at: null,
  };
}

function addHistory(group: Group, row: AlertsTable, change: string): void {
  group.unit.alertChanges.push({
    alert_id: row.id,
    at: group.nowMs,
    by: 'system',
    change,
    severity: row.severity,
    comment: null,
  });
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
  if (routed.repeatMs !== null && row.state === 'active') {
    row.next_repeat_at = group.nowMs + routed.repeatMs;
    if (transition.change !== 'raised') {
      group.unit.alertUpdates.push({ id: row.id, next_repeat_at: row.next_repeat_at });
    }
  }
  if (row.state === 'cleared' && routed.hasLaterSteps) {
    // Whom later steps have told is known to the notifier: it tells them that this is over.
    row.next_repeat_at = group.nowMs;
    group.unit.alertUpdates.push({ id: row.id, next_repeat_at: row.next_repeat_at });
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
