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
 * After a start, rules and open alerts must agree: an alert whose rule is at rest is closed. What a rule
 * holds active without an alert is judged anew, by the value that stands or by the clock.
 */
export function reconcileAlerts(
  group: Group,
  { fleet, evaluator, timers }: { fleet: Fleet; evaluator: Evaluator; timers: Timers },
): void {
  for (const sensor of fleet.all()) {
    for (const instance of sensor.instances) {
      if (instance.alert !== undefined && !instance.rule.isActive(instance.state)) {
        closeAlert(group, instance);
        group.touched.add(sensor);
      }
      if (instance.alert === undefined && instance.rule.isActive(instance.state)) {
        instance.state = undefined;
        evaluator.showLast(group, instance);
        timers.schedule(instance);
        group.touched.add(sensor);
      }
    }
  }
}

/**
 * Gives every sensor of a customer (or one) the rules as they are now. Unchanged rules go on; a changed or new one sees
 * the value that stands; the alert of one that is gone, or that no longer holds, is closed.
 */
export function applyRules(
  group: Group,
  sensors: Iterable<SensorEntry>,
  { book, evaluator, timers }: { book: RuleBook; evaluator: Evaluator; timers: Timers },
): void {
  for (const sensor of sensors) {
    const before = new Set(sensor.instances);
    const known = new Set(sensor.instances.map(({ rule }) => ruleKey(rule.rule)));
    const gone = attachRules(sensor, book);
    for (const instance of sensor.instances) {
      if (!before.has(instance) && !known.has(ruleKey(instance.rule.rule))) {
        const previous = gone.find(({ rule }) => rule.rule.id === instance.rule.rule.id);
        if (previous?.alert) {
          instance.alert = previous.alert;
          previous.alert = undefined;
        }
        evaluator.showLast(group, instance);
        if (instance.alert !== undefined && !instance.rule.isActive(instance.state))
          closeAlert(group, instance);
      }
      timers.schedule(instance);
    }
    for (const instance of gone) closeAlert(group, instance);
    if (gone.length > 0) group.touched.add(sensor);
  }
}

const ruleKey = (rule: { id: string; revision: number }): string => `${rule.id} ${rule.revision}`;
