import { expect, test } from 'vitest';
import { ruleOf } from '#test/support/rule-run.ts';
import { remedies, usualStep } from './remedies.ts';

const told = (of: Parameters<typeof ruleOf>[0], step: number) =>
  remedies(ruleOf(of), step).map(({ deadband, on_delay }) => `${deadband} ${on_delay}`);

test('every deadband is tried before a longer delay, and nothing below what the rule has', () => {
  const above = { metric: 'm', above: [{ limit: 5 }], deadband: 0.3, on_delay: '2m' };
  expect(told(above, 0.4)).toEqual([
    ...['0.4 2m', '0.8 2m', '1.6 2m'],
    ...['0.3 3m', '0.4 3m', '0.8 3m', '1.6 3m'],
    ...['0.3 5m', '0.4 5m', '0.8 5m', '1.6 5m'],
  ]);
});

test('a deadband at which a range could never clear is left out', () => {
  const outside = { metric: 'm', outside: [{ range: [2, 4] as [number, number] }] };
  expect(told(outside, 2).filter((line) => line.endsWith(' 0s'))).toEqual(['0.5 0s', '1 0s']);
});

test('a condition without a deadband has only delays', () => {
  expect(told({ expression: 'm > 5' }, 1)).toEqual(['null 1m', 'null 3m', 'null 5m']);
});

test('the usual step is the median of those that are steps at all', () => {
  expect(usualStep(Float64Array.from([1, 1, 2, 2, 4, 14]))).toBe(2);
  expect(usualStep(Float64Array.from([3, 3]))).toBe(0);
});
