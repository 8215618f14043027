import { describe, expect, test } from 'vitest';
import { DAY_MS } from './rollup-days.ts';
import { passesOf, stretchesOf } from './rollup-passes.ts';

const day = (number: number) => Date.UTC(2025, 0, number);
const january = { fromMs: day(1), toMs: Date.UTC(2025, 1, 1), bytes: 100 };
const days = (...numbers: number[]) => numbers.map(day);

describe('passes', () => {
  test('the days of one piece are one pass, oldest piece first, and never two pieces', () => {
    const december = { fromMs: Date.UTC(2024, 11, 31), toMs: day(1), bytes: 100 };
    const passes = passesOf([january, december], () => true);
    expect(passes).toEqual([
      [Date.UTC(2024, 11, 31)],
      Array.from({ length: 31 }, (_, k) => day(k + 1)),
    ]);
  });

  test('only days that are pending; a piece without any has no pass', () => {
    expect(passesOf([january], (start) => start === day(3) || start === day(17))).toEqual([
      days(3, 17),
    ]);
    expect(passesOf([january], () => false)).toEqual([]);
  });

  test('a large piece is taken by so many days at once as are allowed by size, one at least', () => {
    const first = (start: number) => start < day(6);
    expect(passesOf([{ ...january, bytes: 1000 }], first, 65)).toEqual([
      days(1, 2),
      days(3, 4),
      days(5),
    ]);
    expect(passesOf([{ ...january, bytes: 1e15 }], first, 65)).toEqual(
      [1, 2, 3, 4, 5].map((n) => [day(n)]),
    );
    expect(passesOf([{ ...january, bytes: 0 }], first, 65)).toEqual([days(1, 2, 3, 4, 5)]);
  });
});

test('stretches are days in a row', () => {
  expect(stretchesOf(days(4, 1, 2))).toEqual([
    { fromMs: day(1), toMs: day(2) + DAY_MS },
    { fromMs: day(4), toMs: day(4) + DAY_MS },
  ]);
  expect(stretchesOf([])).toEqual([]);
});
