import { SEVERITIES, type Severity } from '#domain/rule.ts';
import {
  type PreparedWindow,
  suppressedByWindow,
  windowOpenFor,
} from '#engine/alarms/maintenance.ts';
import { uuidV7 } from '#platform/ids.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { Fired, Group } from './group.ts';
import type { RuleInstance } from './rule-instance.ts';

// Tested by: test/e2e/alert-lifecycle.test.ts

/**
 * Turns a transition of a rule into a change of its alert; undefined where there is nothing to change.
 *
 *     none ── raised ──▶ active ── cleared ──▶ cleared
 *                          │  ▲                  ▲
 *               (latched) returned ──── reset ───┘
 *                          └── recurred ─▶ active
 *
 * Of a latched rule the alert stays active when the condition goes, until somebody resets it; the condition coming
 * back takes the acknowledgement away, for nobody has seen that, and is told anew: where the alert is hushed, afterwards.
 */
export function applyTransition(
  group: Group,
  fired: Fired,
  windows: readonly PreparedWindow[],
): AlertsTable | undefined {
  const { instance, transition } = fired;
  const row = instance.alert;
  if (transition.change === 'raised') {
    if (row?.returned_at != null) return recur(group, fired, { row, windows });
    // After a restart the rule may come to what it had told already: then that alert stands.
    return row === undefined ? raise(group, fired, windows) : undefined;
  }
  if (row === undefined) return undefined;
  if (transition.change === 'severity_changed')
    return changeSeverity(group, fired, { row, windows });
  if (instance.rule.rule.latch === true && fired.isFinal !== true) {
    return row.returned_at === null ? comeBackToNormal(group, fired, row) : undefined;
  }
  return clear(group, fired, row);
}

function raise(
  group: Group,
  { instance, transition }: Fired,
  windows: readonly PreparedWindow[],
): AlertsTable {
  const { sensor, rule, shelf } = instance;
  const metric = rule.takes === 'sample' ? (rule.metrics[0] ?? null) : null;
  const isShelved = shelf !== undefined && shelf.untilMs > group.nowMs;
  const alert: AlertsTable = {
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
    shelved_until: isShelved ? shelf.untilMs : null,
    shelve_one_shot: 0,
    shelved_by: isShelved ? shelf.by : null,
    shelve_reason: isShelved ? shelf.reason : null,
    suppressed_by: suppressionOf(instance, windows, group.nowMs),
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
    returned_at: null,
    told: 0,
    first_of_storm: 0,
    next_repeat_at: null,
  };
  instance.alert = alert;
  group.unit.newAlerts.push(alert);
  addHistory(group, alert, { change: 'raised' });
  if (isShelved)
    addHistory(group, alert, { change: 'shelved', by: shelf.by, comment: shelf.reason });
  if (alert.suppressed_by !== null)
    addHistory(group, alert, { change: 'suppressed', comment: alert.suppressed_by });
  return alert;
}

function suppressionOf(
  { sensor, rule }: RuleInstance,
  windows: readonly PreparedWindow[],
  nowMs: number,
): string | null {
  if (sensor.isOutOfService(rule.rule.id, nowMs)) return 'out-of-service';
  if (windows.length === 0) return null;
  const { sensorId: id, labels } = sensor;
  const open = windowOpenFor(windows, { id, labels }, nowMs);
  return open === undefined ? null : suppressedByWindow(open.id);
}

interface Standing {
  row: AlertsTable;
  windows: readonly PreparedWindow[];
}

/** What has begun to keep people from being told since the alert was last looked at; that it is over, the notifier finds. */
function newSuppression(
  group: Group,
  { instance }: Fired,
  { row, windows }: Standing,
): Pick<AlertsTable, 'suppressed_by'> {
  return {
    suppressed_by: row.suppressed_by ?? suppressionOf(instance, windows, group.nowMs),
  };
}

function recur(group: Group, fired: Fired, standing: Standing): AlertsTable {
  const { transition } = fired;
  const { row } = standing;
  const changes = {
    ...valuesOf(transition, row),
    ...newSuppression(group, fired, standing),
    told: 0,
    severity: transition.severity,
    highest_severity: worse(row.highest_severity, transition.severity),
    returned_at: null,
    // Somebody may have reset it without this process having heard: an alert that holds is never closed.
    state: 'active' as const,
    cleared_at: null,
    acknowledged: 0,
    acknowledged_at: null,
    acknowledged_by: null,
  };
  return change(group, fired.instance, { row, changes, entry: { change: 'recurred' } });
}

function changeSeverity(group: Group, fired: Fired, standing: Standing): AlertsTable {
  const { transition } = fired;
  const { row } = standing;
  const changes = {
    ...valuesOf(transition, row),
    ...newSuppression(group, fired, standing),
    severity: transition.severity,
    highest_severity: worse(row.highest_severity, transition.severity),
  };
  return change(group, fired.instance, { row, changes, entry: { change: 'severity_changed' } });
}

function comeBackToNormal(
  group: Group,
  { instance, transition }: Fired,
  row: AlertsTable,
): AlertsTable {
  const { value, peak } = valuesOf(transition, row);
  const changes = { value, peak, returned_at: transition.atMs };
  return change(group, instance, { row, changes, entry: { change: 'returned' } });
}

function clear(group: Group, { instance, transition }: Fired, row: AlertsTable): AlertsTable {
  const { value, peak } = valuesOf(transition, row);
  const changes: Partial<AlertsTable> = {
    state: 'cleared',
    cleared_at: transition.atMs,
    value,
    peak,
    // Whether somebody was told meanwhile, the notifier looks up.
    next_repeat_at: row.told === 1 ? null : group.nowMs,
  };
  if (row.shelve_one_shot === 1) changes.shelved_until = null;
  const cleared = change(group, instance, { row, changes, entry: { change: 'cleared' } });
  instance.alert = undefined;
  return cleared;
}

function change(
  group: Group,
  instance: RuleInstance,
  { row, changes, entry }: { row: AlertsTable; changes: Partial<AlertsTable>; entry: Entry },
): AlertsTable {
  const next = { ...row, ...changes };
  group.unit.alertUpdates.push({ id: row.id, ...changes });
  instance.alert = next;
  addHistory(group, next, entry);
  if (next.suppressed_by !== null && row.suppressed_by === null)
    addHistory(group, next, { change: 'suppressed', comment: next.suppressed_by });
  return next;
}

function valuesOf(
  { limit, value, peak }: Fired['transition'],
  row: AlertsTable,
): Pick<AlertsTable, 'limit_value' | 'value' | 'peak'> {
  return {
    limit_value: limit ?? row.limit_value,
    value: value ?? row.value,
    peak: peak ?? row.peak,
  };
}

function worse(a: string, b: Severity): string {
  return SEVERITIES.indexOf(a as Severity) > SEVERITIES.indexOf(b) ? a : b;
}

interface Entry {
  change: string;
  by?: string;
  comment?: string;
}

function addHistory(group: Group, row: AlertsTable, { change: what, by, comment }: Entry): void {
  group.unit.alertChanges.push({
    alert_id: row.id,
    at: group.nowMs,
    by: by ?? 'system',
    change: what,
    severity: row.severity,
    comment: comment ?? null,
  });
}
