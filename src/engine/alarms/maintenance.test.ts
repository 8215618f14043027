import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import { PreparedWindow, windowOpenFor } from './maintenance.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
const windowOf = (fields: Partial<MaintenanceWindow> = {}): MaintenanceWindow => ({
  id: 'defrost',
  time_zone: 'Europe/Paris',
  starts_at: '2026-03-09T02:00:00+01:00',
  duration: '1h',
  enabled: true,
  created_at: '',
  updated_at: '',
  ...fields,
});
const starts = (fields: Partial<MaintenanceWindow>, from: string, most: number) =>
  new PreparedWindow(windowOf(fields)).next(at(from), most).map(({ fromMs }) => iso(fromMs));

test('without a rule a window happens once, from its start on and not at its end', () => {
  const window = new PreparedWindow(windowOf());
  const startMs = at('2026-03-09T01:00:00Z');
  expect(window.openAt(startMs - 1)).toBeUndefined();
  expect(window.openAt(startMs)).toEqual({ fromMs: startMs, toMs: startMs + HOUR });
  expect(window.openAt(startMs + HOUR - 1)).toBeDefined();
  expect(window.openAt(startMs + HOUR)).toBeUndefined();
  expect(window.next(startMs + HOUR, 5)).toEqual([]);
});

describe('a window that recurs', () => {
  test('keeps its time of the wall clock, summer and winter', () => {
    const weekly = { recurrence: 'FREQ=WEEKLY;BYDAY=MO' };
    expect(starts(weekly, '2026-03-20T00:00:00Z', 3)).toEqual([
      '2026-03-23T01:00:00.000Z',
      '2026-03-30T00:00:00.000Z',
      '2026-04-06T00:00:00.000Z',
    ]);
    expect(starts(weekly, '2026-10-20T00:00:00Z', 2)).toEqual([
      '2026-10-26T01:00:00.000Z',
      '2026-11-02T01:00:00.000Z',
    ]);
  });

  test('happens on the night when the clock leaps over its start, and once when it shows it twice', () => {
    const daily = { starts_at: '2026-03-01T02:30:00+01:00', recurrence: 'FREQ=DAILY' };
    expect(starts(daily, '2026-03-28T00:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(starts(daily, '2026-10-24T00:00:00Z', 3)).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('ends with its COUNT or its UNTIL, which is in UTC', () => {
    const counted = { recurrence: 'FREQ=DAILY;COUNT=2' };
    expect(starts(counted, '2026-03-01T00:00:00Z', 9)).toHaveLength(2);
    const until = { recurrence: 'FREQ=DAILY;UNTIL=20260311T010000Z' };
    expect(starts(until, '2026-03-01T00:00:00Z', 9)).toEqual([
      '2026-03-09T01:00:00.000Z',
      '2026-03-10T01:00:00.000Z',
      '2026-03-11T01:00:00.000Z',
    ]);
  });

  test('that never comes again has no next one', () => {
    const never = { recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' };
    expect(starts(never, '2026-03-01T00:00:00Z', 2)).toEqual([]);
  });

  test('says the same whatever it was asked before', () => {
    const fields = { recurrence: 'FREQ=DAILY', starts_at: '2026-03-20T02:30:00+01:00' };
    const times = fc.array(fc.integer({ min: 0, max: 20 * 96 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(times, (quarters) => {
        const asked = new PreparedWindow(windowOf(fields));
        for (const quarter of quarters) {
          const atMs = at('2026-03-19T00:00:00Z') + quarter * 900_000;
          const fresh = new PreparedWindow(windowOf(fields)).openAt(atMs);
          expect(asked.openAt(atMs)).toEqual(fresh);
        }
      }),
    );
  });
});

test('what is open at a moment is one of the occurrences around it', () => {
  const fields = { recurrence: 'FREQ=DAILY', duration: '90m' };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 * 24 }), (hours) => {
      const atMs = at('2026-03-10T00:00:00Z') + hours * HOUR;
      const open = new PreparedWindow(windowOf(fields)).openAt(atMs);
      const around = new PreparedWindow(windowOf(fields)).next(atMs - 2 * DAY, 5);
      const expected = around.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
      expect(open).toEqual(expected);
    }),
  );
});

test('a window is open only for the sensors that it covers', () => {
  const where = { sensors: ['freezer-*'], labels: { site: 'lyon' } };
  const windows = [new PreparedWindow(windowOf({ where }))];
  const atMs = at('2026-03-09T01:30:00Z');
  const openFor = (id: string, site: string) =>
    windowOpenFor(windows, { id, labels: { site } }, atMs)?.id;
  expect(openFor('freezer-3', 'lyon')).toBe('defrost');
  expect(openFor('freezer-3', 'nice')).toBeUndefined();
  expect(openFor('oven', 'lyon')).toBeUndefined();
});

test('a rule that cannot be read is refused', () => {
  for (const recurrence of ['EVERY MONDAY', 'FREQ=DAILY;INTERVAL=0', 'FREQ=MONTHLY;BYDAY=9XX'])
    expect(() => new PreparedWindow(windowOf({ recurrence }))).toThrow();
});
