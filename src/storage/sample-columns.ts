/**
 * One group of samples in columns of equal length. All were received at one time, which whoever
 * carries the columns carries beside them.
 */
export interface SampleColumns {
  count: number;
  series: Int32Array;
  /** Event time, ms since the epoch; fractions are microseconds. */
  timesMs: Float64Array;
  values: Float64Array;
  /** Positions whose (series, time) is stored already with another value: the new one stands. Ascending. */
  replacing: Int32Array;
}
