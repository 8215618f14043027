import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { parseSenml } from './senml.ts';

const NOW = Date.parse('2026-11-22T05:00:00Z');

/** One record with these fields besides its name and value. */
function parse(record: object, limits = DEFAULT_LIMITS) {
  const pack = JSON.stringify([{ n: 'a/t', v: 1, ...record }]);
  return parseSenml(new TextEncoder().encode(pack), { limits, receivedMs: NOW });
}

describe('times of SenML records', () => {
  const timeOf = (record: object) => parse(record).batch.timesMs[0];

  test('below 2 ** 28 are relative to the receipt, others absolute, fractions kept to microseconds', () => {
    expect(timeOf({})).toBe(NOW);
    expect(timeOf({ t: 0 })).toBe(NOW);
    expect(timeOf({ t: -5.25 })).toBe(NOW - 5250);
    expect(timeOf({ bt: -60, t: 30 })).toBe(NOW - 30_000);
    expect(timeOf({ t: 60 })).toBe(NOW + 60_000);
    expect(timeOf({ t: 2 ** 28 })).toBe(2 ** 28 * 1000);
    expect(timeOf({ t: 1.7e9 + 0.123456 })).toBe(1_700_000_000_123.456);
  });

  test.each([
    ['timestamp_in_future', { t: 601 }],
    ['timestamp_in_future', { t: 2 ** 28 - 1 }],
    ['timestamp_in_future', { t: 1e300 }],
    ['timestamp_too_old', { t: -7200 }],
    ['timestamp_too_old', { t: 2 ** 28 }],
  ])('are refused with %s: %j', (code, record) => {
    const limits = { ...DEFAULT_LIMITS, retentionMs: 3_600_000 };
    expect(parse(record, limits).refused).toMatchObject([{ code }]);
  });
});
