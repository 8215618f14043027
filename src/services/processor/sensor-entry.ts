import { isOutOfService, type OutOfService } from '#domain/out-of-service.ts';
import type { MetricShape, ReadingMetadata } from '#domain/reading.ts';
import { Cadence } from '#engine/rules/cadence.ts';
import type { SensorFacts } from '#engine/rules/compiled-rule.ts';
import type { RuleInstance } from './rule-instance.ts';

// Tested by: processor.test.ts

/**
 * The newest sample of every series of a fleet, by the series' slot. Plain columns: at hundreds of thousands of samples
 * a second the time goes into waiting for memory, and a sensor's series lie side by side here. Slots, not ids: a
 * process with one partition of many has few of the ids, and they are far apart.
 */
export class LastSamples {
  timesMs = new Float64Array(1024).fill(Number.NEGATIVE_INFINITY);
  values = new Float64Array(1024).fill(Number.NaN);
  #taken = 0;

  /** The place of a series that is new here. */
  takeSlot(): number {
    if (this.#taken === this.timesMs.length) this.#grow();
    return this.#taken++;
  }

  #grow(): void {
    const length = this.timesMs.length * 2;
    const timesMs = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
    timesMs.set(this.timesMs);
    this.timesMs = timesMs;
    const values = new Float64Array(length).fill(Number.NaN);
    values.set(this.values);
    this.values = values;
  }
}

/** One metric of one sensor, with the newest of its samples. */
export class SeriesEntry {
  readonly sensor: SensorEntry;
  readonly id: number;
  readonly metric: string;
  unit: string | null;
  /** Its place in the fleet's newest samples. */
  readonly slot: number;
  readonly #last: LastSamples;

  constructor(
    sensor: SensorEntry,
    { id, metric, unit }: { id: number; metric: string; unit: string | null },
    last: LastSamples,
  ) {
    this.sensor = sensor;
    this.id = id;
    this.metric = metric;
    this.unit = unit;
    this.#last = last;
    this.slot = last.takeSlot();
  }

  /** -Infinity before the first sample. */
  get lastTimeMs(): number {
    return this.#last.timesMs[this.slot]!;
  }

  /** NaN before the first sample. */
  get lastValue(): number {
    return this.#last.values[this.slot]!;
  }

  setLast(timeMs: number, value: number): void {
    this.#last.timesMs[this.slot] = timeMs;
    this.#last.values[this.slot] = value;
  }
}

/** The series of one shape of reading of one sensor, and the rules that take samples of them. */
export interface SeriesGroup {
  entries: SeriesEntry[];
  ids: number[];
  /** Places of their newest samples. */
  slots: number[];
  watched: { at: number; instance: RuleInstance }[];
  /** `SensorEntry.version` when it was made; with another one its rules may be gone. */
  version: number;
}

/** What the processor keeps of a sensor in memory. */
export class SensorEntry implements SensorFacts {
  readonly pk: number;
  readonly customer: string;
  readonly sensorId: string;
  name: string | null = null;
  location: string | null = null;
  labels: Record<string, string> = {};
  calibrationDateMs: number | undefined;
  updateWithinMs: number | undefined;
  registeredMs = 0;
  parentId: string | null = null;
  /** null while it serves. */
  outOfService: OutOfService | null = null;

  lastReceivedMs: number | undefined;
  /** Newest event time. */
  lastSeenMs: number | undefined;
  /** Smoothed receipt − event time, ms: late networks and wrong clocks. */
  skewMs: number | undefined;
  readonly cadence = new Cadence();

  readonly series = new Map<string, SeriesEntry>();
  /** Every rule that covers this sensor. */
  instances: RuleInstance[] = [];
  readingRules: RuleInstance[] = [];
  arrivalRules: RuleInstance[] = [];

  /** Something changed since the state was last written. */
  isDirty = false;
  /** Journal id up to which the written state is true. */
  asOf = 0;
  /** The metadata object last seen: senders repeat themselves, and equal objects are shared. */
  lastMetadata: ReadingMetadata | undefined;
  /** Grows when rules or series change. */
  version = 0;
  #shape: MetricShape | undefined;
  #group: SeriesGroup | undefined;

  constructor(pk: number, customer: string, sensorId: string) {
    this.pk = pk;
    this.customer = customer;
    this.sensorId = sensorId;
  }

  get cadenceMs(): number | undefined {
    return this.cadence.intervalMs;
  }

  isOutOfService(ruleId: string, nowMs: number): boolean {
    return isOutOfService(this.outOfService, { ruleId, nowMs });
  }

  lastValue(metric: string): number | undefined {
    const value = this.series.get(metric)?.lastValue;
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** The series of a shape; undefined where one of its metrics is new. A sensor mostly sends one shape. */
  seriesOf(shape: MetricShape): SeriesGroup | undefined {
    if (shape === this.#shape) return this.#group;
    const entries: SeriesEntry[] = [];
    for (const metric of shape) {
      const entry = this.series.get(metric);
      if (entry === undefined) return undefined;
      entries.push(entry);
    }
    this.#shape = shape;
    this.#group = {
      entries,
      ids: entries.map(({ id }) => id),
      slots: entries.map(({ slot }) => slot),
      watched: entries.flatMap(({ metric }, at) =>
        this.instances
          .filter(({ rule }) => rule.takes === 'sample' && rule.metrics[0] === metric)
          .map((instance) => ({ at, instance })),
      ),
      version: this.version,
    };
    return this.#group;
  }

  /** To be called when rules or series have changed. */
  forgetShape(): void {
    this.#shape = undefined;
    this.version++;
  }
}
