import { expect, test } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

const clock = { nowMs: 0, now: () => clock.nowMs };

function limiter(options: Partial<ConstructorParameters<typeof RateLimiter>[0]> = {}) {
  clock.nowMs = 1_000_000;
  return new RateLimiter({ perSecond: 10, burstSeconds: 1, clock, ...options });
}

test('take() lets a burst through, then says how long to wait, then refills', () => {
  const limits = limiter();
  for (let i = 0; i < 10; i += 1) expect(limits.take('a')).toBe(0);
  expect(limits.take('a')).toBeCloseTo(0.1);
  clock.nowMs += 100;
  expect(limits.take('a')).toBe(0);
  expect(limits.take('a')).toBeGreaterThan(0);
});

test('one name does not use up the tokens of another', () => {
  const limits = limiter({ perSecond: 1 });
  expect(limits.take('a')).toBe(0);
  expect(limits.take('a')).toBeGreaterThan(0);
  expect(limits.take('b')).toBe(0);
});

test('a rate of its own stands before the default, and 0 is no limit', () => {
  const limits = limiter({ perSecond: 1 });
  for (let i = 0; i < 100; i += 1) expect(limits.take('a', 0)).toBe(0);
  for (let i = 0; i < 100; i += 1) expect(limits.take('b', 100)).toBe(0);
  expect(limits.take('b', 100)).toBeGreaterThan(0);
});

test('the number of buckets stays bounded', () => {
  const limits = limiter({ maxBuckets: 100 });
  for (let i = 0; i < 5000; i += 1) limits.take(`key-${i}`);
  expect(limits.size).toBeLessThanOrEqual(100);
});

test('the bucket of somebody who is being limited survives the arrival of strangers', () => {
  const limits = limiter({ maxBuckets: 100 });
  while (limits.take('busy') === 0);
  for (let i = 0; i < 150; i += 1) limits.take(`key-${i}`);
  expect(limits.take('busy')).toBeGreaterThan(0);
});

test('a clock that is set back neither gives nor takes', () => {
  const limits = limiter({ perSecond: 1 });
  limits.take('a');
  clock.nowMs -= 60_000;
  expect(limits.take('a')).toBeGreaterThan(0);
  clock.nowMs += 1000;
  expect(limits.take('a')).toBe(0);
});
