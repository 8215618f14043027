import fc from 'fast-check';
import { expect, test } from 'vitest';
import { append, type Columns, columnsOf as ofBuckets, thinned, thinningOf } from './columns.ts';

function columnsOf(values: readonly (number | null)[]): Columns {
  return {
    times: values.map((_, at) => at),
    mean: [...values],
    min: values.map((value) => value && value - 1),
    max: values.map((value) => value && value + 1),
  };
}

test('rows are drawn as fewer: lowest and highest stay, and a gap stays a gap', () => {
  const thin = thinned(columnsOf([1, 3, 5, null, 7, 8, 9]), 2);
  expect(thin).toEqual({
    times: [0, 2, 3, 4, 6],
    mean: [2, 5, null, 7.5, 9],
    min: [0, 4, null, 6, 8],
    max: [4, 6, null, 9, 10],
  });
});

test('whatever the values, nothing that was lowest, highest or missing is lost', () => {
  const values = fc.array(fc.option(fc.integer({ min: 2, max: 99 })), { maxLength: 200 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 16 }), (given, count) => {
      const [columns, thin] = [columnsOf(given), thinned(columnsOf(given), count)];
      const known = (column: (number | null)[]) => column.filter((value) => value !== null);
      expect(Math.min(...known(thin.min))).toBe(Math.min(...known(columns.min)));
      expect(Math.max(...known(thin.max))).toBe(Math.max(...known(columns.max)));
      const gaps = ({ mean }: Columns) => mean.filter((value) => value === null).length;
      expect(gaps(thin)).toBe(gaps(columns));
      expect(thin.times).toEqual(thin.times.toSorted((a, b) => a - b));
    }),
  );
});

test('only what is in sight decides how many rows become one', () => {
  const columns = columnsOf(new Array(1000).fill(5));
  const of = (fromS: number, toS: number, most: number) =>
    thinningOf(columns, { fromS, toS, most });
  expect([of(0, 1000, 1000), of(0, 1000, 999), of(0, 1000, 100), of(500, 510, 100)]).toEqual([
    1, 2, 16, 1,
  ]);
  expect(of(2000, 3000, 100)).toBe(1);
});

test('a live sample is added at the end, with a gap before it where there was silence', () => {
  const columns = columnsOf([5]);
  append(columns, { timeMs: 1000, value: 6 }, 2000);
  append(columns, { timeMs: 900, value: 7 }, 2000);
  append(columns, { timeMs: 5000, value: 8 }, 2000);
  expect(columns.times).toEqual([0, 1, 3, 5]);
  expect(columns.mean).toEqual([5, 6, null, 8]);
});

test('a sensor slower than the buckets has a line, and a gap only where it was silent', () => {
  const buckets = [0, 5, 10, 15, 60, 65].map((minute) => ({
    timestamp: new Date(minute * 60_000).toISOString(),
    count: 1,
    min: minute,
    max: minute,
    mean: minute,
  }));
  expect(ofBuckets({ interval: '1m', buckets }).mean).toEqual([0, 5, 10, 15, null, 60, 65]);
  expect(ofBuckets({ interval: '1m', buckets: buckets.slice(0, 1) }).mean).toEqual([0]);
});
