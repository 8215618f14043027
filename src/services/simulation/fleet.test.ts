import { expect, test } from 'vitest';
import { fleetOf, valuesOf } from './fleet.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const minutes = (from: number, to: number) =>
  Array.from({ length: (to - from) * 30 }, (_, at) => from * 60_000 + at * 2000);

test('the first sensors are the same however many there are', () => {
  expect(fleetOf(50).slice(0, 3)).toEqual(fleetOf(3));
  expect(new Set(fleetOf(50).map(({ id }) => id)).size).toBe(50);
});

test('a fridge keeps to its range, but leaves it in the excursion that is its turn', () => {
  const fridge = (sinceMs: number) =>
    valuesOf(1, { timeMs: NOON + sinceMs, sinceMs, count: 3 }).temperature;
  // The second of three sensors: from 110 s on, for a minute.
  for (const sinceMs of minutes(3, 6)) {
    expect(fridge(sinceMs)).toBeGreaterThan(2);
    expect(fridge(sinceMs)).toBeLessThan(6);
  }
  const highest = Math.max(...minutes(1, 3).map(fridge));
  expect(highest).toBeGreaterThan(8);
  expect(highest).toBeLessThan(13);
});

test('a room is warmer in the afternoon than in the early morning', () => {
  const at = (hour: number) =>
    valuesOf(2, { timeMs: Date.UTC(2026, 5, 1, hour), sinceMs: 0, count: 3 }).temperature;
  expect(at(15) - at(3)).toBeGreaterThan(4);
});

test('one excursion at a time: the others keep to their ranges meanwhile', () => {
  for (const sinceMs of minutes(0, 10)) {
    const out = Array.from({ length: 12 }, (_, index) => index).filter((index) => {
      const calm = valuesOf(index, { timeMs: NOON + sinceMs, sinceMs: 0, count: 12 });
      const now = valuesOf(index, { timeMs: NOON + sinceMs, sinceMs, count: 12 });
      return now.temperature !== calm.temperature;
    });
    expect(out.length).toBeLessThanOrEqual(1);
  }
});
