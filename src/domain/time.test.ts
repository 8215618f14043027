import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  durationMs,
  formatDuration,
  formatTime,
  formatTimeOrNull,
  msFromMicros,
  parseDuration,
  parseTime,
  systemClock,
} from './time.ts';

const msOf = (text: string) => {
  const parsed = parseTime(text);
  return parsed.ok ? parsed.ms : parsed.code;
};

describe('parseDuration', () => {
  test.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['0s', 0],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '5', 'm', '5 m', '-5m', '5M', '1h30', '1e3s', '.5h', ' 5m'])(
    'does not read %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
      expect(() => durationMs(text)).toThrow(TypeError);
    },
  );
});

describe('formatDuration', () => {
  test.each([
    [0, '0ms'],
    [250, '250ms'],
    [1000, '1s'],
    [90_000, '1m30s'],
    [5_400_000, '1h30m'],
    [172_800_000, '2d'],
    [59_999.6, '1m'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('is read back as the same where the time has whole seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1000))).toBe(seconds * 1000);
      }),
    );
  });
});

describe('parseTime', () => {
  test.each([
    ['2026-11-22T05:00:00Z', Date.UTC(2026, 10, 22, 5)],
    ['2026-11-22t05:00:00z', Date.UTC(2026, 10, 22, 5)],
    ['2026-11-22 06:00:00+01:00', Date.UTC(2026, 10, 22, 5)],
    ['2026-11-21T23:30:00-05:30', Date.UTC(2026, 10, 22, 5)],
    ['2026-11-22T05:00:00.25Z', Date.UTC(2026, 10, 22, 5) + 250],
    ['2026-11-22T05:00:00.123456Z', Date.UTC(2026, 10, 22, 5) + 123.456],
    ['2026-11-22T05:00:00.123456999Z', Date.UTC(2026, 10, 22, 5) + 123.456],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.999Z', -1],
  ])('reads %s', (text, ms) => {
    expect(msOf(text)).toBe(ms);
  });

  test('reads a year before 100 as itself, not as 19xx', () => {
    expect(msOf('0099-01-01T00:00:00Z')).toBe(Date.parse('0099-01-01T00:00:00Z'));
  });

  test.each([
    '',
    'yesterday',
    '2026-11-22',
    '2026-11-22T05:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T05:60:00Z',
    '2026-11-22T05:00:61Z',
    '2026-11-22T05:00:00+24:00',
    '2026-11-22T05:00:00+01:60',
    '2026-11-22T05:00:00+0100',
    '2026-11-22T05:00:00.Z',
    '2026-11-22T05:00:00.1234567890Z',
    ' 2026-11-22T05:00:00Z',
    '٢٠٢٦-11-22T05:00:00Z',
  ])('refuses %j', (text) => {
    expect(msOf(text)).toBe('timestamp_invalid');
  });

  test('refuses a local time by a code of its own', () => {
    expect(msOf('2026-11-22T05:00:00')).toBe('timestamp_without_offset');
    expect(msOf('2026-11-22 05:00:00.5')).toBe('timestamp_without_offset');
  });
});

describe('formatTime', () => {
  test('writes milliseconds always, and microseconds where there are any', () => {
    expect(formatTime(Date.UTC(2026, 10, 22, 5))).toBe('2026-11-22T05:00:00.000Z');
    expect(formatTime(Date.UTC(2026, 10, 22, 5) + 0.007)).toBe('2026-11-22T05:00:00.000007Z');
    expect(formatTime(-0.001)).toBe('1969-12-31T23:59:59.999999Z');
    expect(formatTimeOrNull(undefined)).toBeNull();
    expect(formatTimeOrNull(null)).toBeNull();
    expect(formatTimeOrNull(0)).toBe('1970-01-01T00:00:00.000Z');
  });

  test('is read back as the same number, to the microsecond', () => {
    const micros = fc.integer({ min: -2_000_000_000_000_000, max: 4_000_000_000_000_000 });
    fc.assert(
      fc.property(micros, (us) => {
        const ms = msFromMicros(us);
        expect(msOf(formatTime(ms))).toBe(ms);
      }),
    );
  });
});

describe('systemClock', () => {
  test('tells the time of the machine in ms', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  });
});
