import type { AlertOutcome } from '#domain/alert.ts';
import type { Rejection } from '#domain/reading.ts';
import type { Transition } from '#engine/rules/compiled-rule.ts';
import type { CommitUnit } from '#storage/commit-store.ts';
import type { SampleColumns } from '#storage/sample-columns.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { IngestOutcome, Submission } from '#stream/reading-stream.ts';
import type { RuleInstance } from './rule-instance.ts';
import type { SensorEntry, SeriesEntry, SeriesGroup } from './sensor-entry.ts';

// Tested by: processor.test.ts

/** One request in a group, and what has become of it so far. */
export interface Tally {
  submission: Submission;
  accepted: number;
  late: number;
  replaced: number;
  duplicates: number;
  rejected: Rejection[];
  alerts: AlertOutcome[];
  /** Filled by `admit`: sensor and series of each reading; undefined where it was refused. */
  sensors: (SensorEntry | undefined)[];
  series: SeriesGroup[];
}

export function outcomeOf(tally: Tally): IngestOutcome {
  const { accepted, late, replaced, duplicates, rejected, alerts } = tally;
  return { accepted, late, replaced, duplicates, rejected, alerts };
}

/** An alert transition on its way to the commit. */
export interface Fired {
  instance: RuleInstance;
  transition: Transition;
  /** The rule or the sensor has gone: even a latched alert ends. */
  isFinal?: boolean;
  /** The request whose reading brought it about; undefined where the clock did. */
  tally: Tally | undefined;
}

/** A reading with samples that are older than their series; `settleLate` finds out what is stored. */
export interface LateReading {
  tally: Tally;
  series: SeriesEntry[];
  values: number[];
  timeMs: number;
  /** Samples of the same reading that are settled already. */
  stored: number;
  replaced: number;
}

/** The requests (or the tick of the clock) that go through the pipeline and are committed together. */
export interface Group {
  /** Clock of the evaluation: the received time of all its samples. */
  nowMs: number;
  tallies: Tally[];
  columns: ColumnBuilder;
  late: LateReading[];
  fired: Fired[];
  /** Alerts as they are after this group, for live listeners. */
  changed: AlertsTable[];
  /** Sensors whose calibration or labels changed: rules that only the clock moves look at them again. */
  renewed: Set<SensorEntry>;
  /** Sensors whose state is to be written with this group. */
  touched: Set<SensorEntry>;
  unit: CommitUnit;
}

export function createGroup(
  nowMs: number,
  submissions: readonly Submission[],
  columns: ColumnBuilder,
): Group {
  columns.clear();
  return {
    nowMs,
    tallies: submissions.map((submission) => ({
      submission,
      accepted: 0,
      late: 0,
      replaced: 0,
      duplicates: 0,
      rejected: [],
      alerts: [],
      sensors: [],
      series: [],
    })),
    columns,
    late: [],
    fired: [],
    changed: [],
    renewed: new Set(),
    touched: new Set(),
    unit: {
      journalId: 0,
      receivedMs: nowMs,
      nextOffset: undefined,
      samples: undefined,
      newSensors: [],
      sensorUpdates: [],
      newSeries: [],
      seriesUpdates: [],
      newAlerts: [],
      alertUpdates: [],
      alertChanges: [],
      notifications: [],
      deadLetters: [],
      sensorStates: [],
      removedSensors: [],
      audit: [],
    },
  };
}

/** From where the log is to be read on after these; undefined where they come from none. */
export function nextOffsetOf(submissions: readonly Submission[]): number | undefined {
  const offset = submissions.reduce((last, each) => Math.max(last, each.offset ?? -1), -1);
  return offset < 0 ? undefined : offset + 1;
}

export function isEmptyUnit(unit: CommitUnit): boolean {
  return (
    Object.values(unit).every((part) => !Array.isArray(part) || part.length === 0) &&
    unit.samples === undefined &&
    unit.nextOffset === undefined
  );
}

/** Growing columns, used again for every group. */
export class ColumnBuilder {
  count = 0;
  #series = new Int32Array(64);
  #timesMs = new Float64Array(64);
  #values = new Float64Array(64);
  #replacing: number[] = [];

  clear(): void {
    this.count = 0;
    if (this.#replacing.length > 0) this.#replacing = [];
  }

  add(seriesId: number, timeMs: number, value: number): void {
    const at = this.count;
    if (at === this.#series.length) this.#grow();
    this.#series[at] = seriesId;
    this.#timesMs[at] = timeMs;
    this.#values[at] = value;
    this.count = at + 1;
  }

  /** Adds a sample that takes the place of a stored one. */
  replace(seriesId: number, timeMs: number, value: number): void {
    this.#replacing.push(this.count);
    this.add(seriesId, timeMs, value);
  }

  /** Views that are good until the next `clear`; undefined where the group holds no samples. */
  columns(): SampleColumns | undefined {
    if (this.count === 0) return undefined;
    return {
      count: this.count,
      series: this.#series.subarray(0, this.count),
      timesMs: this.#timesMs.subarray(0, this.count),
      values: this.#values.subarray(0, this.count),
      replacing: Int32Array.from(this.#replacing),
    };
  }

  #grow(): void {
    const length = this.#series.length * 2;
    const series = new Int32Array(length);
    series.set(this.#series);
    this.#series = series;
    const timesMs = new Float64Array(length);
    timesMs.set(this.#timesMs);
    this.#timesMs = timesMs;
    const values = new Float64Array(length);
    values.set(this.#values);
    this.#values = values;
  }
}
