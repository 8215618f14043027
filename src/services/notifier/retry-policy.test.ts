import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextAttemptAt, DEFAULT_RETRY_POLICY as policy } from './retry-policy.ts';

const HOUR = 3_600_000;
const failed = { nowMs: 1000, createdMs: 0, attempts: 1 };
const most = () => 1;

test('the bound doubles from a second to a quarter of an hour', () => {
  const delay = (attempts: number) => nextAttemptAt(policy, { ...failed, attempts }, most)! - 1000;
  expect([1, 2, 3, 10, 11, 1000].map(delay)).toEqual([1000, 2000, 4000, 512_000, 900_000, 900_000]);
});

test('a delay lies anywhere below its bound', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 99 }),
      (part, attempts) => {
        const next = nextAttemptAt(policy, { ...failed, attempts }, () => part)!;
        expect(next).toBeGreaterThanOrEqual(1000);
        expect(next).toBeLessThanOrEqual(nextAttemptAt(policy, { ...failed, attempts }, most)!);
      },
    ),
  );
});

test('Retry-After is kept to where it asks for more', () => {
  expect(nextAttemptAt(policy, { ...failed, retryAfterMs: 60_000 }, most)).toBe(61_000);
  expect(nextAttemptAt(policy, { ...failed, retryAfterMs: 10 }, most)).toBe(2000);
});

test('the last attempt is made after a day, and none later', () => {
  const nowMs = 24 * HOUR - 1000;
  expect(nextAttemptAt(policy, { ...failed, nowMs, attempts: 200 }, most)).toBe(24 * HOUR);
  expect(nextAttemptAt(policy, { ...failed, nowMs: 0, retryAfterMs: 99 * HOUR })).toBe(24 * HOUR);
  expect(nextAttemptAt(policy, { ...failed, nowMs: 24 * HOUR })).toBeUndefined();
});
