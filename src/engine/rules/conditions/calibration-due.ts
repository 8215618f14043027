import type { Condition as RuleCondition, Severity } from '#domain/rule.ts';
import { durationMs, parseDuration } from '#domain/time.ts';
import type { SensorFacts } from '../compiled-rule.ts';
import { type Condition, SAMPLES_ONLY } from '../condition.ts';

type CalibrationWhen = Extract<RuleCondition, { calibration_due: unknown }>;

/** The label by which a sensor says how long its calibration is good for, such as `180d`. */
const CALIBRATION_INTERVAL_LABEL = 'calibration_interval';
const DEFAULT_INTERVAL_MS = 365 * 86_400_000;

/** When the calibration of a sensor runs out; undefined where it was never calibrated. */
function calibrationEndsMs(sensor: SensorFacts): number | undefined {
  if (sensor.calibrationDateMs === undefined) return undefined;
  const label = sensor.labels[CALIBRATION_INTERVAL_LABEL];
  const labelledMs = label === undefined ? undefined : parseDuration(label);
  return sensor.calibrationDateMs + (labelledMs || DEFAULT_INTERVAL_MS);
}

/**
 * `calibration_date` is the day of the last calibration. It is good for 365 days, or for what the
 * sensor's label `calibration_interval` says (a duration; one that cannot be read or is 0 counts as
 * absent). The condition holds from the given time before its end: `"14d"` from day 351 on, `"0s"`
 * from the end. A sensor without a calibration date never needs one. Any tick looks again, so a new
 * date or label takes effect with the next.
 */
export function calibrationDueCondition(when: CalibrationWhen, severity: Severity): Condition {
  const aheadMs = durationMs(when.calibration_due);
  const dueMs = (sensor: SensorFacts) =>
    (calibrationEndsMs(sensor) ?? Number.POSITIVE_INFINITY) - aheadMs;
  return {
    ...SAMPLES_ONLY,
    takes: 'clock',
    metrics: [],
    severities: [severity, severity],
    observe: () => undefined,
    limitOf: () => null,
    clockDueMs: (_memory, level, sensor) => (level > 0 ? Number.POSITIVE_INFINITY : dueMs(sensor)),
    onClock(_memory, { sensor, nowMs }, verdict) {
      const due = dueMs(sensor);
      const isDue = due <= nowMs;
      if (isDue === verdict.level > 0) return;
      verdict.level = isDue ? 1 : 0;
      verdict.atMs = isDue ? due : nowMs;
    },
  };
}
