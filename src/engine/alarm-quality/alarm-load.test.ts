import { expect, test } from 'vitest';
import { alarmLoad, TEN_MINUTES_MS } from './alarm-load.ts';

const DAY_MS = 86_400_000;
const T0 = Date.UTC(2026, 10, 22);
const period = { fromMs: T0, toMs: T0 + DAY_MS };

/** Counts of consecutive ten minutes from the start; none where 0. */
const slots = (...counts: number[]) =>
  counts
    .map((count, at) => ({ startMs: T0 + at * TEN_MINUTES_MS, count }))
    .filter(({ count }) => count > 0);

test('load is spread over the whole period, not over the times when something came', () => {
  const { load, floods } = alarmLoad(slots(0, 6, 0, 10, 8), period);
  expect(load).toEqual({
    alerts: 24,
    per_day: 24,
    per_hour: 1,
    per_ten_minutes: 0.1667,
    worst_ten_minutes: 10,
    flood_share: 0,
  });
  expect(floods).toEqual([]);
});

test('a flood begins above ten in ten minutes and ends below five', () => {
  const { load, floods } = alarmLoad(slots(10, 11, 5, 9, 4, 9, 12), period);
  expect(floods).toEqual([
    { started_at: '2026-11-22T00:10:00.000Z', ended_at: '2026-11-22T00:40:00.000Z', alerts: 25 },
    { started_at: '2026-11-22T01:00:00.000Z', ended_at: '2026-11-22T01:10:00.000Z', alerts: 12 },
  ]);
  expect(load.flood_share).toBe(0.0278);
});

test('ten quiet minutes end a flood', () => {
  const { floods } = alarmLoad(slots(20, 0, 6), period);
  expect(floods).toMatchObject([{ ended_at: '2026-11-22T00:10:00.000Z', alerts: 20 }]);
});

test('a time without alerts is a load of nothing', () => {
  expect(alarmLoad([], period)).toMatchObject({ load: { alerts: 0, per_hour: 0 }, floods: [] });
});
