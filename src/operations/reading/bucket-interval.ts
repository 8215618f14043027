const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];

/** Lengths that read well on an axis. */
const NICE_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * DAY),
];

/** How many buckets, aligned to multiples of their length since the epoch, touch a range. */
export function bucketCount(fromMs: number, toMs: number, intervalMs: number): number {
  return Math.ceil(toMs / intervalMs) - Math.floor(fromMs / intervalMs);
}

/**
 * The length of buckets: the one that was asked for, or where it makes more than `points` the next length that does
 * not; without one, the shortest that reads well. `fromMs` < `toMs`; one of `wantedMs` and `points` is given.
 */
export function bucketInterval({
  wantedMs,
  points,
  fromMs,
  toMs,
}: {
  wantedMs: number | undefined;
  points: number | undefined;
  fromMs: number;
  toMs: number;
}): number {
  const shortestMs = wantedMs ?? 1;
  if (points === undefined) return shortestMs;
  const fits = (intervalMs: number) => bucketCount(fromMs, toMs, intervalMs) <= points;
  if (wantedMs !== undefined && fits(wantedMs)) return wantedMs;
  const nice = NICE_MS.find((intervalMs) => intervalMs >= shortestMs && fits(intervalMs));
  if (nice !== undefined) return nice;
  let intervalMs = Math.max(shortestMs, NICE_MS.at(-1)!);
  // A range on both sides of the epoch touches two buckets however long they are.
  while (!fits(intervalMs) && intervalMs < toMs - fromMs + Math.abs(toMs)) intervalMs *= 2;
  return intervalMs;
}
