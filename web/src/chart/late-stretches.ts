import type { LateAnswer } from '#domain/history.ts';
import { durationMs } from '#domain/time.ts';

/** A stretch of time whose samples came late: its first and its last one, in the seconds of the chart. */
export interface ChartLate {
  fromS: number;
  toS: number;
  /** The longest that one of them took from its time to its receipt. */
  longestMs: number;
}

export function lateStretchesOf({ stretches }: Pick<LateAnswer, 'stretches'>): ChartLate[] {
  return stretches.map(({ from, to, longest_delay }) => ({
    fromS: Date.parse(from) / 1000,
    toS: Date.parse(to) / 1000,
    longestMs: durationMs(longest_delay),
  }));
}

/** The longest delay of what lies from `fromS` up to (and without) `endS`; undefined where nothing there came late. */
export function longestLateMs(
  late: readonly ChartLate[],
  fromS: number,
  endS: number,
): number | undefined {
  let longestMs: number | undefined;
  for (let at = firstEndingFrom(late, fromS); at < late.length; at++) {
    const stretch = late[at] as ChartLate;
    if (stretch.fromS >= endS) break;
    longestMs = Math.max(longestMs ?? 0, stretch.longestMs);
  }
  return longestMs;
}

/** The end of the row at an index: the next one begins there; the last is as long as the one before it. */
export function endOfRow(times: ArrayLike<number>, at: number): number {
  const time = times[at] as number;
  return times[at + 1] ?? time + (time - (times[at - 1] ?? time - 1));
}

/** Index of the first stretch that does not end before `timeS`. */
function firstEndingFrom(late: readonly ChartLate[], timeS: number): number {
  let [low, high] = [0, late.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((late[middle] as ChartLate).toS < timeS) low = middle + 1;
    else high = middle;
  }
  return low;
}
