// Tested by: test/contract/history-store.test.ts, test/scale/postgres-store.test.ts

/** Samples of one series in the order that was asked for. Arrays have `count` entries. */
export interface SampleSlice {
  count: number;
  timesMs: Float64Array;
  values: Float64Array;
}

export interface BucketSlice {
  count: number;
  /** Start of each bucket, ms; buckets without samples are absent. */
  startsMs: Float64Array;
  min: Float64Array;
  mean: Float64Array;
  max: Float64Array;
  samples: Float64Array;
}

/** Where a series has samples that came late, by bucket in ascending time; buckets without any are absent. */
export interface LateSlice {
  count: number;
  /** Time of the first and of the last late sample of each bucket, ms. */
  firstsMs: Float64Array;
  lastsMs: Float64Array;
  samples: Float64Array;
  /** The longest that one of them took from its time to its receipt, ms. */
  longestMs: Float64Array;
  /** From when on it was looked, ms: later than asked where the engine could look no further back. */
  fromMs: number;
}

export interface SeriesRange {
  seriesId: number;
  /** Inclusive; ms since the epoch. */
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

/** How many rows, and from which end of the range. */
export interface PageOrder {
  limit: number;
  /** The newest first; else in ascending time. */
  descending?: boolean | undefined;
}

export type ExportFormat = 'csv' | 'json' | 'parquet';

export interface ExportRequest {
  series: readonly { seriesId: number; sensorId: string; metric: string; unit: string | null }[];
  fromMs: number;
  toMs: number;
  format: ExportFormat;
}

/**
 * The readings once stored. Every question sees all samples whose commit has been acknowledged
 * before the question was asked (read your writes), however the engine moves them about inside.
 * Failures are `VigieError('storage_unavailable')`; every call is bounded in time.
 */
export interface HistoryStore {
  /** At most `limit` samples from `fromMs` on (descending: back from `toMs`), in a time that the page decides, not the range. */
  samples(range: SeriesRange & PageOrder): Promise<SampleSlice>;
  /** Buckets aligned to multiples of `intervalMs` since the epoch, at most `limit`. */
  buckets(range: SeriesRange & PageOrder & { intervalMs: number }): Promise<BucketSlice>;
  /**
   * Samples whose receipt lies more than `lateAfterMs` after their time, in buckets aligned as those above. Bounded
   * whatever the range: where looking at each sample would take long, only the newest part of it is looked at.
   */
  late(range: SeriesRange & { intervalMs: number; lateAfterMs: number }): Promise<LateSlice>;
  /** First and last sample time within the range; undefined where it is empty. */
  bounds(range: SeriesRange): Promise<{ firstMs: number; lastMs: number } | undefined>;
  /**
   * What is stored at each (seriesIds[i], timesMs[i]): the value, or NaN. Used to tell duplicates from
   * late news; sees commits only (not what is being committed).
   */
  stored(seriesIds: Int32Array, timesMs: Float64Array): Promise<Float64Array>;
  /**
   * Rows of the series in ascending (sensor, metric, time) as a file's bytes, piece by piece.
   * Columns: sensor_id, metric, unit, timestamp (RFC 3339 in text formats), value, received_at.
   */
  export(request: ExportRequest): AsyncIterable<Uint8Array>;
  /** Removes samples before a time (retention); answers how many. */
  deleteBefore(beforeMs: number): Promise<number>;
  /** Samples stored in all. */
  count(): Promise<number>;
  close(): Promise<void>;
}
