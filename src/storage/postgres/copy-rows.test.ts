import { expect, test } from 'vitest';
import type { SampleColumns } from '../sample-columns.ts';
import { encodeCopy, overtaken } from './copy-rows.ts';

function columns(rows: [number, number, number][], replacing: number[] = []): SampleColumns {
  return {
    count: rows.length,
    series: Int32Array.from(rows, ([series]) => series),
    timesMs: Float64Array.from(rows, ([, time]) => time),
    values: Float64Array.from(rows, ([, , value]) => value),
    replacing: Int32Array.from(replacing),
  };
}

test('rows have the layout of a binary COPY, with times in microseconds since 2000', () => {
  const bytes = encodeCopy(columns([[7, 946_684_800_000.001, 1.5]]), 946_684_799_999, new Set());
  const row = bytes.subarray(19);
  expect(bytes.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0');
  expect(row.readInt16BE(0)).toBe(4);
  expect(row.readInt32BE(6)).toBe(7);
  expect(row.readBigInt64BE(14)).toBe(1n);
  expect(row.readDoubleBE(26)).toBe(1.5);
  expect(row.readBigInt64BE(38)).toBe(-1000n);
  expect(row.readInt16BE(46)).toBe(-1);
  expect(bytes).toHaveLength(19 + 46 + 2);
});

test('of several samples at one time the last that replaces stands', () => {
  const samples = columns(
    [
      [1, 5, 10],
      [2, 5, 20],
      [1, 5, 11],
      [1, 5, 12],
    ],
    [2, 3],
  );
  expect([...overtaken(samples)]).toEqual([0, 2]);
  expect(overtaken(columns([[1, 5, 10]]))).toEqual(new Set());
  expect(encodeCopy(samples, 0, overtaken(samples))).toHaveLength(19 + 2 * 46 + 2);
});
