import type { BucketSlice, SampleSlice } from '../../history-store.ts';

// Tested by: stretches.test.ts

/** `fromMs` inclusive, `toMs` exclusive. */
export interface Stretch {
  fromMs: number;
  toMs: number;
}

/** How much there is of a stretch, and where. */
export interface Look {
  count: number;
  firstMs: number;
  lastMs: number;
}

export interface StretchPlan<Part extends { count: number }> {
  range: Stretch & { limit: number; descending?: boolean | undefined };
  /** How much time the first question is about. */
  firstMs: number;
  /** Stretches begin and end at multiples of it, but for the ends of the range. */
  stepMs: number;
  /** At most `limit` rows of a stretch, in the order of the range. */
  ask(stretch: Stretch, limit: number): Promise<Part>;
  /** Cheaper than `ask`, since nothing is put in order. */
  look(stretch: Stretch): Promise<Look>;
}

/** Samples that may be put in order at once: a few MB. */
const MOST_ORDERED = 400_000;
/** A question for more rows than this may not be answered by keeping the least of them at hand. */
const FEW_ROWS = 20_000;
const MOST_GROWTH = 8;
const MARGIN = 1.25;

/**
 * The first `limit` rows of a range (its last ones where it is descending), asked for about one stretch of time after
 * another: the engine looks at all that it is asked about before it answers a part, and holds it in memory where many rows
 * are wanted. A page therefore costs what it holds, whatever the range. Stretches grow where they hold little, are cut
 * where they hold too much, and leap over times that hold nothing.
 */
export async function readInStretches<Part extends { count: number }>(
  plan: StretchPlan<Part>,
): Promise<Part[]> {
  const { limit, descending = false } = plan.range;
  const parts: Part[] = [];
  let left: Stretch = plan.range;
  let lengthMs = Math.max(plan.firstMs, plan.stepMs);
  let wanted = limit;
  while (wanted > 0 && left.fromMs < left.toMs) {
    const stretch = cutStretch(left, { lengthMs, descending, stepMs: plan.stepMs });
    const isSmall = lengthMs <= plan.firstMs && wanted <= FEW_ROWS;
    const seen = isSmall ? undefined : await plan.look(stretch);
    if (seen !== undefined && seen.count > MOST_ORDERED + wanted && canShrink(stretch, plan)) {
      lengthMs = Math.max(plan.stepMs, (stretch.toMs - stretch.fromMs) / MOST_GROWTH);
      continue;
    }
    const isEmpty = seen?.count === 0;
    const part = isEmpty ? undefined : await plan.ask(stretch, wanted);
    if (part !== undefined && part.count > 0) parts.push(part);
    const found = part?.count ?? 0;
    wanted -= found;
    left = descending
      ? { fromMs: left.fromMs, toMs: stretch.fromMs }
      : { fromMs: stretch.toMs, toMs: left.toMs };
    if (wanted <= 0 || left.fromMs >= left.toMs) break;
    if (found > 0) {
      lengthMs *= Math.min(MOST_GROWTH, Math.max(1, (MARGIN * wanted) / found));
      continue;
    }
    const next = await plan.look(left);
    if (next.count === 0) break;
    left = leap(left, next, plan);
    lengthMs *= 2;
  }
  return parts;
}

function cutStretch(
  { fromMs, toMs }: Stretch,
  { lengthMs, descending, stepMs }: { lengthMs: number; descending: boolean; stepMs: number },
): Stretch {
  if (descending) return { fromMs: Math.max(fromMs, floorTo(toMs - lengthMs, stepMs)), toMs };
  return { fromMs, toMs: Math.min(toMs, floorTo(fromMs + lengthMs, stepMs) + stepMs) };
}

/** To where the next sample lies; what was passed over holds none. */
function leap(
  left: Stretch,
  { firstMs, lastMs }: Look,
  { stepMs, range }: { stepMs: number; range: { descending?: boolean | undefined } },
): Stretch {
  if (range.descending) {
    return { ...left, toMs: Math.min(left.toMs, floorTo(lastMs, stepMs) + stepMs) };
  }
  return { ...left, fromMs: Math.max(left.fromMs, floorTo(firstMs, stepMs)) };
}

/** A stretch of two steps or less may be one that no shorter length would cut. */
function canShrink({ fromMs, toMs }: Stretch, { stepMs }: { stepMs: number }): boolean {
  return toMs - fromMs > 2 * stepMs;
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

export function joinSamples(parts: readonly SampleSlice[]): SampleSlice {
  return { count: sum(parts), timesMs: join(parts, 'timesMs'), values: join(parts, 'values') };
}

export function joinBuckets(parts: readonly BucketSlice[]): BucketSlice {
  return {
    count: sum(parts),
    startsMs: join(parts, 'startsMs'),
    min: join(parts, 'min'),
    mean: join(parts, 'mean'),
    max: join(parts, 'max'),
    samples: join(parts, 'samples'),
  };
}

function sum(parts: readonly { count: number }[]): number {
  return parts.reduce((total, { count }) => total + count, 0);
}

function join<Key extends string>(
  parts: readonly ({ count: number } & Record<Key, Float64Array>)[],
  key: Key,
): Float64Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only[key];
  const joined = new Float64Array(sum(parts));
  let at = 0;
  for (const part of parts) {
    joined.set(part[key], at);
    at += part.count;
  }
  return joined;
}
