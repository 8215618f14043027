import type { Condition as RuleCondition, Severity } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import type { SensorFacts } from '../compiled-rule.ts';
import { type Condition, type Problem, SAMPLES_ONLY } from '../condition.ts';

type SilentWhen = Extract<RuleCondition, { silent: unknown }>;

const LEAST_MS = 60_000;
const CADENCES = 3;

export function silentProblems(when: SilentWhen): Problem[] {
  if (when.silent === 'auto' || durationMs(when.silent) > 0) return [];
  return [{ pointer: '/when/silent', detail: 'every sensor is silent for no time at all' }];
}

/** How long a sensor may say nothing under `"silent":"auto"`; Infinity while nothing is known of it. */
function promisedMs(sensor: SensorFacts): number {
  const { updateWithinMs, cadenceMs } = sensor;
  if (updateWithinMs !== undefined) return Math.max(updateWithinMs, LEAST_MS);
  if (cadenceMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(CADENCES * cadenceMs, LEAST_MS);
}

/**
 * Nothing came in for the time, by the platform's clock. Raised by the clock, counted from the last
 * receipt (a sensor never heard of is not silent), cleared by the next reading, however old that is.
 * `started_at` is the moment at which the time had passed.
 */
export function silentCondition(when: SilentWhen, severity: Severity): Condition {
  const fixedMs = when.silent === 'auto' ? undefined : durationMs(when.silent);
  const deadlineMs = (sensor: SensorFacts) =>
    sensor.lastReceivedMs === undefined
      ? Number.POSITIVE_INFINITY
      : sensor.lastReceivedMs + (fixedMs ?? promisedMs(sensor));
  return {
    ...SAMPLES_ONLY,
    takes: 'arrival',
    metrics: [],
    severities: [severity, severity],
    observe(_memory, _sample, verdict) {
      verdict.level = 0;
      verdict.value = null;
      verdict.reach = 0;
      return undefined;
    },
    limitOf: () => null,
    clockDueMs: (_memory, level, sensor) =>
      level > 0 ? Number.POSITIVE_INFINITY : deadlineMs(sensor),
    onClock(_memory, { sensor, nowMs }, verdict) {
      if (verdict.level > 0) return;
      const deadline = deadlineMs(sensor);
      if (deadline > nowMs) return;
      verdict.level = 1;
      verdict.atMs = deadline;
    },
  };
}
