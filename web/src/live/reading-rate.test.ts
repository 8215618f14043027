import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReadingRate } from './reading-rate.ts';

test('the rate is the mean of the last ten whole seconds, and falls to nothing', () => {
  const rate = new ReadingRate();
  for (let second = 0; second < 20; second += 1) rate.add(50, second * 1000 + 500);
  expect(rate.perSecond(20_000)).toBe(50);
  expect(rate.perSecond(25_000)).toBe(25);
  expect(rate.perSecond(60_000)).toBe(0);
});

test('whatever the times, it equals what is counted by hand', () => {
  const arrivals = fc.array(fc.tuple(fc.nat(4000), fc.integer({ min: 1, max: 9 })), {
    maxLength: 50,
  });
  fc.assert(
    fc.property(arrivals, fc.nat(15_000), (steps, rest) => {
      const rate = new ReadingRate();
      const all: { slot: number; count: number }[] = [];
      let nowMs = 1_700_000_000_000;
      for (const [wait, count] of steps) {
        nowMs += wait;
        rate.add(count, nowMs);
        all.push({ slot: Math.floor(nowMs / 1000), count });
      }
      nowMs += rest;
      const slot = Math.floor(nowMs / 1000);
      const counted = all.filter((one) => one.slot < slot && one.slot >= slot - 10);
      expect(rate.perSecond(nowMs)).toBe(counted.reduce((sum, { count }) => sum + count, 0) / 10);
    }),
  );
});
