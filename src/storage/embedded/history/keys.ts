import type { Parameter } from './duckdb.ts';

/** Pairs (series, time) in columns of equal length. */
export interface Keys {
  series: Int32Array;
  timesMs: Float64Array;
}

/** Smallest and largest series, then time: with them a statement leaves out most row groups. */
export function keyLimits({ series, timesMs }: Keys): Parameter[] {
  let [firstSeries, lastSeries] = [series[0] ?? 0, series[0] ?? 0];
  for (const id of series) {
    if (id < firstSeries) firstSeries = id;
    else if (id > lastSeries) lastSeries = id;
  }
  let [firstMs, lastMs] = [timesMs[0] ?? 0, timesMs[0] ?? 0];
  for (const ms of timesMs) {
    if (ms < firstMs) firstMs = ms;
    else if (ms > lastMs) lastMs = ms;
  }
  return [{ int: firstSeries }, { int: lastSeries }, { timeMs: firstMs }, { timeMs: lastMs }];
}
