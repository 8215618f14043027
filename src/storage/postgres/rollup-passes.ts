import { DAY_MS } from './rollup-days.ts';

// Tested by: rollup-passes.test.ts

/**
 * What one pass may read: some 17 million samples, a minute or two of work. Beyond it a pass takes fewer days, so that
 * a stop or a crash costs no more than that, and what is sorted fits beside everything else on disk.
 */
const MOST_BYTES = 1_000_000_000;

/** A table of samples: ms from inclusive, to exclusive, both the starts of days; and its size. */
export interface Piece {
  fromMs: number;
  toMs: number;
  bytes: number;
}

/**
 * The starts of days that are rolled up together, oldest first. Days of one piece share a pass, because each pass
 * reads its piece from one end to the other: an imported month is read once, not thirty times.
 */
export function passesOf(
  pieces: readonly Piece[],
  isPending: (day: number) => boolean,
  mostBytes = MOST_BYTES,
): number[][] {
  const passes: number[][] = [];
  for (const { fromMs, toMs, bytes } of [...pieces].sort((a, b) => a.fromMs - b.fromMs)) {
    const daysOfPiece = (toMs - fromMs) / DAY_MS;
    const atOnce = Math.max(1, Math.floor((daysOfPiece * mostBytes) / Math.max(1, bytes)));
    const days: number[] = [];
    for (let day = fromMs; day < toMs; day += DAY_MS) if (isPending(day)) days.push(day);
    for (let at = 0; at < days.length; at += atOnce) passes.push(days.slice(at, at + atOnce));
  }
  return passes;
}

/** Days in a row as stretches of time, oldest first. */
export function stretchesOf(days: readonly number[]): { fromMs: number; toMs: number }[] {
  const stretches: { fromMs: number; toMs: number }[] = [];
  for (const day of [...days].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last?.toMs === day) last.toMs = day + DAY_MS;
    else stretches.push({ fromMs: day, toMs: day + DAY_MS });
  }
  return stretches;
}
