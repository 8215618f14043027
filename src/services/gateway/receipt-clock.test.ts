import { expect, test } from 'vitest';
import { ReceiptClock } from './receipt-clock.ts';

test('times of one millisecond are microseconds apart, and a clock that moves is followed both ways', () => {
  let nowMs = 1_790_000_000_000;
  const clock = new ReceiptClock({ now: () => nowMs });
  const times = [clock.next(), clock.next(), clock.next()];
  expect(times).toEqual([nowMs, 1_790_000_000_000.001, 1_790_000_000_000.002]);
  nowMs += 1;
  expect(clock.next()).toBe(nowMs);
  nowMs -= 3_600_000;
  expect(clock.next()).toBe(nowMs);
});

test('the next time comes after those that the readings of one request were given', () => {
  const nowMs = 1_790_000_000_000;
  const clock = new ReceiptClock({ now: () => nowMs });
  expect(clock.next()).toBe(nowMs);
  clock.passed(nowMs + 0.041);
  clock.passed(undefined);
  expect(clock.next()).toBe(nowMs + 0.042);
});
