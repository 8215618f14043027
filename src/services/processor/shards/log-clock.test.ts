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
