import { type ErrorCode, VigieError } from './errors.ts';

/** Contract limits (design section 8); settings may change those that a `Limits` carries. */
export interface Limits {
  bodyBytes: number;
  readingsPerRequest: number;
  metricsPerReading: number;
  metricsPerSensor: number;
  sensorsPerCustomer: number;
  /** A reading further ahead of receipt than this is refused. */
  futureMs: number;
  /** A reading older than this at receipt is refused; Infinity keeps everything. */
  retentionMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyBytes: 16 * 1024 * 1024,
  readingsPerRequest: 50_000,
  metricsPerReading: 64,
  metricsPerSensor: 256,
  sensorsPerCustomer: 250_000,
  futureMs: 10 * 60_000,
  retentionMs: Number.POSITIVE_INFINITY,
};

/** 1–200 letters and digits of any script, `-`, `_`, `.`, `:`. Safe in a URL, a topic and a file name. */
const SENSOR_ID = /^[\p{L}\p{M}\p{N}\-_.:]{1,200}$/u;
/** 1–64 letters and digits of any script, `-`, `_`, `.`. */
const METRIC_NAME = /^[\p{L}\p{M}\p{N}\-_.]{1,64}$/u;

/** Length in characters (code points) and alphabet of a `sensor_id`; `.` and `..` alone are path tricks and refused. */
export function isSensorId(text: string): boolean {
  return SENSOR_ID.test(text) && text !== '.' && text !== '..';
}

export function isMetricName(text: string): boolean {
  return METRIC_NAME.test(text) && text !== '.' && text !== '..';
}

/** What a reading says of its sensor, besides values. */
export interface ReadingMetadata {
  location?: string;
  /** ms since the epoch. */
  calibrationDateMs?: number;
  /** From line-protocol tags. */
  labels?: Record<string, string>;
  /** UCUM units by metric, from SenML. */
  units?: Record<string, string>;
  /** SenML `ut`: the longest time to the next value, ms. */
  updateWithinMs?: number;
  name?: string;
}

/**
 * The metric names of a reading, in the order of its values. Shapes are interned: readings with the
 * same names in the same order share one array, so that a consumer can compare by identity.
 */
export type MetricShape = readonly string[];

/**
 * Readings of one request in columns, checked for shape (names, times, finite numbers) but not yet
 * against the registry. Reading i has sensor `sensorIds[i]`, time `timesMs[i]` and the next
 * `shapes[i].length` entries of `values`.
 *
 * Times are ms since the epoch; fractions carry microseconds (always `Math.round(us) / 1000`).
 */
export interface ReadingBatch {
  /** Number of readings; the arrays may be longer. */
  count: number;
  sensorIds: string[];
  timesMs: Float64Array;
  shapes: MetricShape[];
  values: Float64Array;
  valueCount: number;
  /** undefined where a reading carries none; equal objects may be shared. */
  metadata: (ReadingMetadata | undefined)[];
  /** Position of each reading in the request, for `rejected[].index`; undefined = 0, 1, 2, … */
  indexes?: number[];
}

export interface Rejection {
  index: number;
  code: ErrorCode;
  /** JSON pointer within the reading. */
  pointer: string;
  detail: string;
}

/** A refused reading, kept whole (as text; cut at 64 KiB) for the dead-letter store. */
export interface RefusedReading extends Rejection {
  sensorId: string | null;
  payload: string;
}

/** What any of the input formats parses to. */
export interface ParsedReadings {
  batch: ReadingBatch;
  refused: RefusedReading[];
  /** The latest time (ms) given to a reading that carried none; absent where all carried theirs. */
  latestReceiptMs?: number;
}

export function tooManyReadings(limit: number): VigieError {
  return new VigieError('too_many_readings', `A request holds at most ${limit} readings.`);
}
