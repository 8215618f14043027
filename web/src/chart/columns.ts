import type { BucketsAnswer } from '#domain/history.ts';
import { durationMs } from '#domain/time.ts';

/**
 * One line of a chart by columns: `times` in seconds, ascending; null where there is a gap, so that a line never
 * joins what was not measured.
 */
export interface Columns {
  times: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}

/** Longer than this many buckets without a sample, and than the sensor's own pace, is a gap. */
const GAP_BUCKETS = 1.5;
const GAP_CADENCES = 3;

/** Buckets of the API as columns. `cadenceMs` is the sensor's own pace, undefined where it has none yet. */
export function columnsOf(
  { buckets, interval }: BucketsAnswer,
  cadenceMs: number | undefined,
): Columns {
  const gapMs = Math.max(durationMs(interval) * GAP_BUCKETS, (cadenceMs ?? 0) * GAP_CADENCES);
  const columns: Columns = { times: [], mean: [], min: [], max: [] };
  let before: number | undefined;
  for (const { timestamp, mean, min, max } of buckets) {
    const timeMs = Date.parse(timestamp);
    if (before !== undefined && timeMs - before > gapMs)
      push(columns, (before + timeMs) / 2000, null);
    push(columns, timeMs / 1000, { mean, min, max });
    before = timeMs;
  }
  return columns;
}

function push(
  columns: Columns,
  time: number,
  values: { mean: number; min: number; max: number } | null,
): void {
  columns.times.push(time);
  columns.mean.push(values?.mean ?? null);
  columns.min.push(values?.min ?? null);
  columns.max.push(values?.max ?? null);
}

/** Adds a live sample at its end; one that is not newer than the last is left to the next question. */
export function append(columns: Columns, sample: { timeMs: number; value: number }, gapMs: number) {
  const last = columns.times.at(-1);
  const time = sample.timeMs / 1000;
  if (last !== undefined && time <= last) return;
  if (last !== undefined && (time - last) * 1000 > gapMs) push(columns, (last + time) / 2, null);
  const { value } = sample;
  push(columns, time, { mean: value, min: value, max: value });
}
