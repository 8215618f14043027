import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketCount, bucketInterval } from './bucket-interval.ts';

const T0 = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

test('a day in at most 300 points is cut into five minutes', () => {
  const range = { fromMs: T0, toMs: T0 + 24 * HOUR };
  expect(bucketInterval({ wantedMs: undefined, points: 300, ...range })).toBe(5 * 60_000);
  expect(bucketInterval({ wantedMs: undefined, points: 288, ...range })).toBe(5 * 60_000);
  expect(bucketInterval({ wantedMs: undefined, points: 287, ...range })).toBe(10 * 60_000);
});

test('the interval that was asked for stands where it makes no more than the points', () => {
  const range = { fromMs: T0, toMs: T0 + HOUR };
  expect(bucketInterval({ wantedMs: 7000, points: undefined, ...range })).toBe(7000);
  expect(bucketInterval({ wantedMs: 7000, points: 600, ...range })).toBe(7000);
  expect(bucketInterval({ wantedMs: 7000, points: 100, ...range })).toBe(60_000);
});

test('never more buckets than points, whatever the range', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 1, max: 4e12 }),
      fc.integer({ min: 1, max: 5000 }),
      (fromMs, length, points) => {
        const toMs = fromMs + length;
        const intervalMs = bucketInterval({ wantedMs: undefined, points, fromMs, toMs });
        expect(bucketCount(fromMs, toMs, intervalMs)).toBeLessThanOrEqual(points);
      },
    ),
  );
});

test('a range across the epoch ends too, with two buckets at worst', () => {
  const range = { fromMs: -1e12, toMs: 2e12 };
  const intervalMs = bucketInterval({ wantedMs: undefined, points: 1, ...range });
  expect(bucketCount(range.fromMs, range.toMs, intervalMs)).toBe(2);
});
