import type { ConditionKind, Rule, Severity } from '#domain/rule.ts';

/** What a rule may know of the sensor that it watches. The processor keeps it current. */
export interface SensorFacts {
  readonly sensorId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly calibrationDateMs: number | undefined;
  /** When the last reading came in, by the platform's clock; undefined before the first. */
  readonly lastReceivedMs: number | undefined;
  /** Learned interval between readings, ms; undefined until 10 readings have come. */
  readonly cadenceMs: number | undefined;
  /** SenML `ut`: the sensor's own promise of the longest time to its next value. */
  readonly updateWithinMs: number | undefined;
  /** The last value of a metric in event time; undefined where there is none. */
  lastValue(metric: string): number | undefined;
}

/**
 * One sample in the order of its series; for rules that take whole readings, one reading
 * (then `metric` is '' and `value` NaN, and values are asked of `SensorFacts`).
 * The object may be reused by the caller after the call returns.
 */
export interface Sample {
  sensor: SensorFacts;
  metric: string;
  /** Event time. */
  timeMs: number;
  receivedMs: number;
  value: number;
  /** In order, but older than 10 minutes at receipt: moves the state, tells nobody. */
  isLate: boolean;
}

/** A moment of the platform's clock. */
export interface Tick {
  sensor: SensorFacts;
  nowMs: number;
}

/** A change of an alert that a sample or a tick brought about. */
export interface Transition {
  change: 'raised' | 'severity_changed' | 'cleared';
  severity: Severity;
  /** When it took effect, in event time (for delays that ran out by the clock: the clock). */
  atMs: number;
  /** When the condition first held, in event time. */
  startedAtMs: number;
  /** The value that brought it about; null for silent and calibration_due. */
  value: number | null;
  limit: number | null;
  /** The furthest value since `startedAtMs`. */
  peak: number | null;
}

/** Plain JSON; what a rule remembers of one sensor. `undefined` is the state of rest. */
export type RuleState = Readonly<Record<string, unknown>>;

/**
 * A rule made ready. Every method is a pure function of its arguments: it returns the next state
 * (the same object where nothing changed, so that rest costs no allocation) and appends what
 * happened to `out`. How samples are cut into batches never changes the result.
 *
 * Tested by: invariants.test.ts
 */
export interface CompiledRule {
  readonly rule: Rule;
  readonly kind: ConditionKind;
  /**
   * `sample`: onSample for each sample of `metrics[0]`. `reading`: onSample once per reading that holds any of
   * `metrics`, after all its values are known. `arrival`: onSample once per reading of the sensor, and only while the
   * state is not `undefined` (the deadline is read from `SensorFacts`). `clock`: ticks only.
   */
  readonly takes: 'sample' | 'reading' | 'arrival' | 'clock';
  readonly metrics: readonly string[];
  covers(sensor: SensorFacts): boolean;
  onSample(state: RuleState | undefined, sample: Sample, out: Transition[]): RuleState | undefined;
  onTick(state: RuleState | undefined, tick: Tick, out: Transition[]): RuleState | undefined;
  /** The clock time at which onTick must be called next; Infinity where none. May move later without notice. */
  dueMs(state: RuleState | undefined, sensor: SensorFacts): number;
  /** True while an alert that has been told stands. */
  isActive(state: RuleState | undefined): boolean;
  /** The furthest value of the alert that stands; null where there is none. */
  peakOf(state: RuleState | undefined): number | null;
}
