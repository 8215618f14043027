import { expect, test } from 'vitest';
import { LogClock } from './log-clock.ts';

test('a log clock goes as far as the log was read, never back, and never ahead of the wall clock', () => {
  let nowMs = 10_000;
  const clock = new LogClock({ now: () => nowMs }, 1000);
  expect(clock.now()).toBe(1000);
  clock.seenThrough(5000);
  expect(clock.now()).toBe(5000);
  clock.seenThrough(4000);
  expect(clock.now()).toBe(5000);
  clock.seenThrough(60_000);
  expect(clock.now()).toBe(10_000);
  nowMs = 20_000;
  expect(clock.now()).toBe(10_000);
});

test('receipts are told by one clock, whatever those of the gateways say', () => {
  const nowMs = 10_000_000;
  const clock = new LogClock({ now: () => nowMs }, 8_000_000);
  // What still waits in the log was received when its gateway says.
  expect(clock.receiptOf(8_000_001)).toBe(8_000_001);
  clock.seenThrough(9_500_000);
  expect(clock.receiptOf(9_500_001)).toBe(9_500_001);
  // It may have been on its way while others were read.
  expect(clock.receiptOf(9_450_000)).toBe(9_450_000);
  expect(clock.receiptOf(8_300_000)).toBe(9_500_000);
  expect(clock.receiptOf(11_200_000)).toBe(nowMs);
});
