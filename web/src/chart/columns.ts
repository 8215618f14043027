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

/** Buckets of the API as columns. The sensor's own pace is what lies between most of them: a value every five minutes is no gap. */
export function columnsOf({
  buckets,
  interval,
}: Pick<BucketsAnswer, 'buckets' | 'interval'>): Columns {
  const paceMs = paceOf(buckets.map(({ timestamp }) => Date.parse(timestamp)));
  const gapMs = Math.max(durationMs(interval) * GAP_BUCKETS, paceMs * GAP_CADENCES);
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

/** The median distance of ascending times; 0 where there are not two. */
function paceOf(times: readonly number[]): number {
  const steps = times.slice(1).map((time, at) => time - (times[at] as number));
  return steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
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

/**
 * One row for each `count` of them that follow each other: their minimum, maximum and the mean of their means, at
 * the time of the first. A gap ends a row and stays a gap. Shows the same picture where rows are closer than pixels.
 */
export function thinned(columns: Columns, count: number): Columns {
  const { times, mean, min, max } = columns;
  const thin: Columns = { times: [], mean: [], min: [], max: [] };
  for (let at = 0; at < times.length; ) {
    const from = at;
    let [sum, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (; at < times.length && at - from < count && mean[at] !== null; at += 1) {
      sum += mean[at] as number;
      low = Math.min(low, min[at] as number);
      high = Math.max(high, max[at] as number);
    }
    if (at > from)
      push(thin, times[from] as number, { mean: sum / (at - from), min: low, max: high });
    else push(thin, times[at++] as number, null);
  }
  return thin;
}

/** How many rows are to be one, so that those within a range of `fromS` to `toS` are `most` at the most (a power of 2). */
export function thinningOf(
  { times }: Columns,
  { fromS, toS, most }: { fromS: number; toS: number; most: number },
): number {
  const inside = firstFrom(times, toS) - firstFrom(times, fromS);
  return 2 ** Math.max(0, Math.ceil(Math.log2(inside / most)));
}

/** Index of the first time that is not before `timeS`. */
function firstFrom(times: readonly number[], timeS: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) < timeS) low = middle + 1;
    else high = middle;
  }
  return low;
}
