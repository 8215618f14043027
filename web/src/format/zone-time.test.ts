import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instantOf, wallTime } from './zone-time.ts';

const iso = (ms: number) => new Date(ms).toISOString();

test('a time on the wall is read in its zone, summer and winter', () => {
  expect(iso(instantOf('2026-01-05T08:00', 'Europe/Paris'))).toBe('2026-01-05T07:00:00.000Z');
  expect(iso(instantOf('2026-07-05T08:00', 'Europe/Paris'))).toBe('2026-07-05T06:00:00.000Z');
  expect(iso(instantOf('2026-07-05T08:00', 'Asia/Kathmandu'))).toBe('2026-07-05T02:15:00.000Z');
});

test('a time that the clock shows twice is the first, one that it skips comes after the skip', () => {
  expect(iso(instantOf('2026-10-25T02:30', 'Europe/Paris'))).toBe('2026-10-25T00:30:00.000Z');
  const skipped = instantOf('2026-03-29T02:30', 'Europe/Paris');
  expect(wallTime(skipped, 'Europe/Paris')).toBe('2026-03-29T03:30');
});

test('what the wall shows at a minute is read as that minute, or as the one before with the same face', () => {
  const zones = ['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'UTC', 'Asia/Tehran'];
  const minute = fc.integer({ min: Date.UTC(1990, 0) / 60_000, max: Date.UTC(2060, 0) / 60_000 });
  fc.assert(
    fc.property(minute, fc.constantFrom(...zones), (minutes, zone) => {
      const wall = wallTime(minutes * 60_000, zone);
      const found = instantOf(wall, zone);
      expect(wallTime(found, zone)).toBe(wall);
      expect(found).toBeLessThanOrEqual(minutes * 60_000);
    }),
  );
});

test('a zone that is not there is an error', () => {
  expect(() => wallTime(0, 'Mars/Olympus')).toThrow(RangeError);
});
