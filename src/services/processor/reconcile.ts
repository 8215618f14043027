import { formatTimeOrNull } from '#domain/time.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { Fleet } from './fleet.ts';
import type { Group } from './group.ts';
import { attachRules, type RuleBook } from './rule-book.ts';
import type { RuleInstance } from './rule-instance.ts';
import type { SensorEntry } from './sensor-entry.ts';
import type { Evaluator } from './stages/evaluate.ts';
import type { Timers } from './timers.ts';

// Tested by: processor.test.ts

/** Closes an alert that no rule stands behind any more; people who were told of it are told. */
export function closeAlert(group: Group, instance: RuleInstance): void {
  const { alert } = instance;
  if (alert === undefined) return;
  group.fired.push({
    instance,
    isFinal: true,
    tally: undefined,
    transition: {
      change: 'cleared',
      severity: alert.severity as 'info' | 'warning' | 'critical',
      atMs: group.nowMs,
      startedAtMs: alert.started_at,
      value: null,
      limit: alert.limit_value,
      peak: alert.peak,
    },
  });
}

/** Closes an alert whose rule or sensor is gone; there is nobody left to route it by. */
export function closeOrphan(group: Group, alert: AlertsTable): void {
  group.unit.alertUpdates.push({
    id: alert.id,
    state: 'cleared',
    cleared_at: group.nowMs,
    next_repeat_at: null,
  });
  group.unit.alertChanges.push({
    alert_id: alert.id,
    at: group.nowMs,
    by: 'system',
    change: 'cleared',
    severity: alert.severity,
    comment: `The rule or the sensor is gone (started ${formatTimeOrNull(alert.started_at)}).`,
  });
}

/**
 * After a start, rules and open alerts must agree. Where they do not (a rule was changed just before the
 * crash) the rule is judged anew, by the value that stands or by the clock; an alert that no longer holds is closed.
 */
export function reconcileAlerts(
  group: Group,
  { fleet, evaluator, timers }: { fleet: Fleet; evaluator: Evaluator; timers: Timers },
): void {
  for (const sensor of fleet.all()) {
    for (const instance of sensor.instances) {
      if (isAgreed(instance)) continue;
      instance.state = undefined;
      judgeAnew(group, instance, evaluator);
      timers.schedule(instance);
      group.touched.add(sensor);
    }
  }
}

/** A latched alert stands without its condition until it is reset. */
function isAgreed({ alert, rule, state }: RuleInstance): boolean {
  const isActive = rule.isActive(state);
  if (alert === undefined || alert.returned_at === null) return (alert !== undefined) === isActive;
  return !isActive && rule.rule.latch === true;
}

/** What a rule says of what stands now; an alert that no longer holds is closed. */
export function judgeAnew(group: Group, instance: RuleInstance, evaluator: Evaluator): void {
  evaluator.showLast(group, instance);
  if (instance.alert === undefined || instance.rule.isActive(instance.state)) return;
  if (instance.alert.returned_at === null || instance.rule.rule.latch !== true)
    closeAlert(group, instance);
}

/**
 * Gives every sensor of a customer (or one) the rules as they are now. Rules that decide the same go on; a changed or
 * new one sees what stands; the alert of one that is gone, watches something else, or no longer holds, is closed.
 */
export function applyRules(
  group: Group,
  sensors: Iterable<SensorEntry>,
  { book, evaluator, timers }: { book: RuleBook; evaluator: Evaluator; timers: Timers },
): void {
  for (const sensor of sensors) {
    const before = new Set(sensor.instances);
    const gone = attachRules(sensor, book);
    const kept = new Set(
      before
        .difference(new Set(gone))
        .values()
        .map(({ rule }) => rule.rule.id),
    );
    for (const instance of sensor.instances) {
      const { id } = instance.rule.rule;
      if (!kept.has(id)) {
        handOver(
          gone.find(({ rule }) => rule.rule.id === id),
          instance,
        );
        judgeAnew(group, instance, evaluator);
      }
      // A rule that latches no longer lets go of what has returned to normal.
      if (instance.alert?.returned_at != null && !instance.rule.rule.latch)
        closeAlert(group, instance);
      // What is remembered of a rule is remembered with its revision.
      if (!before.has(instance) && instance.state !== undefined) group.touched.add(sensor);
      timers.schedule(instance);
    }
    for (const instance of gone) closeAlert(group, instance);
    if (gone.length > 0) group.touched.add(sensor);
  }
}

/** A changed rule takes over the alert of the old one, unless that was about something else. */
function handOver(previous: RuleInstance | undefined, next: RuleInstance): void {
  if (previous === undefined) return;
  next.shelf = previous.shelf;
  if (previous.alert === undefined) return;
  if (previous.rule.kind !== next.rule.kind || previous.rule.metrics[0] !== next.rule.metrics[0])
    return;
  next.alert = previous.alert;
  previous.alert = undefined;
}
