import type { Sample, Transition } from '#engine/rules/compiled-rule.ts';
import type { Submission } from '#stream/reading-stream.ts';
import { ColumnBuilder, createGroup, type Group, type LateReading, type Tally } from '../group.ts';
import { withoutOnDelay } from '../rule-book.ts';
import type { RuleInstance } from '../rule-instance.ts';
import { LastSamples, type SensorEntry, type SeriesGroup } from '../sensor-entry.ts';
import type { Timers } from '../timers.ts';

// Tested by: ../processor.test.ts

/** Readings may have at most this many metrics, whatever the settings say. */
const MOST_METRICS = 1024;
/** How much of the distance to a new skew one reading goes. */
const SKEW_WEIGHT = 0.05;

/** One reading on its way through the rules: values from `offset` on belong to the series in order. */
interface Reading {
  sensor: SensorEntry;
  series: SeriesGroup;
  timeMs: number;
  receivedMs: number;
  values: Float64Array;
  offset: number;
}

/**
 * Puts every reading into the order of its series and lets the rules see what is news. One object, so
 * that the loop over hundreds of thousands of samples a second allocates nothing.
 */
export class Evaluator {
  readonly #timers: Timers;
  readonly #lateAfterMs: number;
  readonly #sample: Sample = {
    sensor: undefined as unknown as SensorEntry,
    metric: '',
    timeMs: 0,
    receivedMs: 0,
    value: Number.NaN,
    isLate: false,
  };
  readonly #transitions: Transition[] = [];
  /** The newest samples of the fleet that is evaluated. */
  last = new LastSamples();
  /** 1 for each series of the present reading whose newest sample it is now. */
  readonly #moved = new Uint8Array(MOST_METRICS);

  constructor(timers: Timers, lateAfterMs: number) {
    this.#timers = timers;
    this.#lateAfterMs = lateAfterMs;
  }

  evaluate(group: Group): void {
    for (const sensor of group.renewed) {
      for (const instance of sensor.instances) {
        if (instance.rule.takes === 'clock') this.tick(group, instance);
      }
    }
    for (const tally of group.tallies) {
      const { batch } = tally.submission.parsed;
      const { receivedMs } = tally.submission;
      let offset = 0;
      for (let at = 0; at < batch.count; at++) {
        const sensor = tally.sensors[at];
        if (sensor !== undefined) {
          const admitted = tally.series[at]!;
          // A label that this or a later reading of the group brought may have changed the rules.
          const series =
            admitted.version === sensor.version
              ? admitted
              : (sensor.seriesOf(batch.shapes[at]!) ?? admitted);
          this.#reading(group, tally, {
            sensor,
            series,
            timeMs: batch.timesMs[at]!,
            receivedMs,
            values: batch.values,
            offset,
          });
        }
        offset += batch.shapes[at]!.length;
      }
    }
    // Rules that a new label has brought see the metrics that the reading did not hold.
    for (const sensor of group.renewed) {
      for (const instance of sensor.instances) {
        if (instance.state === undefined && instance.alert === undefined)
          this.showLast(group, instance);
      }
    }
  }

  /** Moves states by a reading that is in the journal already; what it brought about is durable. */
  replay(reading: Reading): void {
    const columns = new ColumnBuilder();
    const submission = undefined as unknown as Submission;
    const group = createGroup(reading.receivedMs, [submission], columns);
    this.#reading(group, group.tallies[0]!, reading);
  }

  #reading(group: Group, tally: Tally, reading: Reading): void {
    const { sensor, series, timeMs, receivedMs, values, offset } = reading;
    const { ids, slots } = series;
    const { columns } = group;
    const last = this.last;
    const moved = this.#moved;
    let movedCount = 0;
    let replaced = 0;
    let late: LateReading | undefined;
    for (let k = 0; k < ids.length; k++) {
      const id = ids[k]!;
      const slot = slots[k]!;
      const value = values[offset + k]!;
      const lastMs = last.timesMs[slot]!;
      moved[k] = 0;
      if (timeMs > lastMs) {
        last.timesMs[slot] = timeMs;
        last.values[slot] = value;
        columns.add(id, timeMs, value);
        moved[k] = 1;
        movedCount++;
      } else if (timeMs === lastMs) {
        if (last.values[slot] !== value) {
          last.values[slot] = value;
          columns.replace(id, timeMs, value);
          // What stands now is what the rules have to know.
          moved[k] = 1;
          replaced++;
        }
      } else {
        late ??= { tally, series: [], values: [], timeMs, stored: 0, replaced: 0 };
        late.series.push(series.entries[k]!);
        late.values.push(value);
      }
    }
    sensor.isDirty = true;
    const isLate = receivedMs - timeMs > this.#lateAfterMs;
    if (late !== undefined) {
      late.stored = movedCount + replaced;
      late.replaced = replaced;
      group.late.push(late);
    } else if (movedCount + replaced === 0) tally.duplicates++;
    else {
      tally.accepted++;
      if (replaced > 0) tally.replaced++;
      if (isLate && movedCount > 0) tally.late++;
    }
    const sample = this.#sample;
    sample.sensor = sensor;
    sample.timeMs = timeMs;
    sample.receivedMs = receivedMs;
    sample.isLate = isLate && movedCount + replaced > 0;
    if (movedCount > 0) learn(sensor, timeMs, receivedMs);
    else sensor.lastReceivedMs = receivedMs;
    if (movedCount + replaced > 0) this.#showSamples(group, tally, reading);
    if (sensor.arrivalRules.length > 0) this.#arrivals(group, sensor, tally);
  }

  /** Lets the rules see the samples that are news, then the reading as a whole. */
  #showSamples(group: Group, tally: Tally, { sensor, series, values, offset }: Reading): void {
    const sample = this.#sample;
    const { watched } = series;
    for (let w = 0; w < watched.length; w++) {
      const { at, instance } = watched[w]!;
      if (this.#moved[at] === 0) continue;
      sample.metric = series.entries[at]!.metric;
      sample.value = values[offset + at]!;
      this.#step(group, instance, tally);
    }
    for (let r = 0; r < sensor.readingRules.length; r++) {
      const instance = sensor.readingRules[r]!;
      const { metrics } = instance.rule;
      if (
        !series.entries.some(({ metric }, at) => this.#moved[at] === 1 && metrics.includes(metric))
      )
        continue;
      this.#showReading();
      this.#step(group, instance, tally);
    }
  }

  #showReading(): void {
    this.#sample.metric = '';
    this.#sample.value = Number.NaN;
  }

  #arrivals(group: Group, sensor: SensorEntry, tally: Tally): void {
    for (let r = 0; r < sensor.arrivalRules.length; r++) {
      const instance = sensor.arrivalRules[r]!;
      if (instance.state !== undefined) {
        this.#showReading();
        this.#step(group, instance, tally);
      } else this.#timers.schedule(instance);
    }
  }

  #step(group: Group, instance: RuleInstance, tally: Tally | undefined): void {
    const before = instance.state;
    const after = instance.rule.onSample(before, this.#sample, this.#transitions);
    if (after !== before) {
      instance.state = after;
      this.#timers.schedule(instance);
    }
    if (this.#transitions.length > 0) this.#collect(group, instance, tally);
  }

  /** Lets the clock reach an instance. */
  tick(group: Group, instance: RuleInstance, rule = instance.rule): void {
    const after = rule.onTick(
      instance.state,
      { sensor: instance.sensor, nowMs: group.nowMs },
      this.#transitions,
    );
    if (after !== instance.state) {
      instance.state = after;
      instance.sensor.isDirty = true;
    }
    this.#timers.schedule(instance);
    if (this.#transitions.length > 0) this.#collect(group, instance, undefined);
  }

  /**
   * Shows a rule that is new, or was changed, what stands. An alert that it takes over goes on as long as it
   * holds, without another wait for the on-delay.
   */
  showLast(group: Group, instance: RuleInstance): void {
    const { sensor, alert } = instance;
    const rule = alert === undefined ? instance.rule : withoutOnDelay(instance.rule);
    if (rule.takes === 'arrival' || rule.takes === 'clock') {
      if (alert !== undefined) this.tick(group, instance, rule);
      return;
    }
    const [metric] = rule.metrics;
    const series = metric === undefined ? undefined : sensor.series.get(metric);
    // Not `lastReceivedMs`, which a start of the platform moves.
    const receivedMs = sensor.cadence.receivedAtMs;
    if (series === undefined || receivedMs === undefined || Number.isNaN(series.lastValue)) return;
    // What was too old to tell is not told now; an alert that stands is held to the value that stands.
    if (alert === undefined && receivedMs - series.lastTimeMs > this.#lateAfterMs) return;
    const sample = this.#sample;
    sample.sensor = sensor;
    sample.timeMs = series.lastTimeMs;
    sample.receivedMs = receivedMs;
    sample.isLate = false;
    sample.metric = rule.takes === 'reading' ? '' : series.metric;
    sample.value = rule.takes === 'reading' ? Number.NaN : series.lastValue;
    instance.state = rule.onSample(instance.state, sample, this.#transitions);
    this.#timers.schedule(instance);
    if (this.#transitions.length > 0) this.#collect(group, instance, undefined);
  }

  #collect(group: Group, instance: RuleInstance, tally: Tally | undefined): void {
    const transitions = this.#transitions.splice(0);
    // Its rule left the sensor in this very group; what it still says must not stand.
    if (instance.isRetired) return;
    for (const transition of transitions) group.fired.push({ instance, transition, tally });
    group.touched.add(instance.sensor);
  }
}

function learn(sensor: SensorEntry, timeMs: number, receivedMs: number): void {
  sensor.cadence.update(timeMs, receivedMs);
  sensor.lastReceivedMs = receivedMs;
  if (sensor.lastSeenMs === undefined || timeMs > sensor.lastSeenMs) sensor.lastSeenMs = timeMs;
  const skew = receivedMs - timeMs;
  sensor.skewMs =
    sensor.skewMs === undefined ? skew : sensor.skewMs + (skew - sensor.skewMs) * SKEW_WEIGHT;
}
