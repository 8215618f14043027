import { describe, expect, test } from 'vitest';
import type { Condition } from '#domain/rule.ts';
import { HOUR, line, MINUTE, RuleRun, ruleOf } from '#test/support/rule-run.ts';
import { validateRule } from '../validate-rule.ts';

const run = (tolerance?: number) => {
  const flat = tolerance === undefined ? { for: '1h' } : { for: '1h', tolerance };
  return new RuleRun(ruleOf({ metric: 'm', flat } as Condition));
};

describe('flat', () => {
  test('raises at the first sample that comes after the time with nothing moved', () => {
    const stuck = run();
    for (let m = 0; m < 60; m++) expect(stuck.sample(m * MINUTE, 7)).toEqual([]);
    expect(stuck.sample(60 * MINUTE, 7).map(line)).toEqual([
      'raised warning @3600000 since 3600000 value 7 limit null peak 7',
    ]);
    expect(stuck.sample(61 * MINUTE, 7.1).map(({ change }) => change)).toEqual(['cleared']);
  });

  test('is never raised by the clock: silence is not flatness', () => {
    const stuck = run();
    stuck.sample(0, 7);
    expect(stuck.dueMs).toBe(Number.POSITIVE_INFINITY);
    expect(stuck.tick(10 * HOUR)).toEqual([]);
  });

  test('lets the values of a run lie within the tolerance of each other, in decimals', () => {
    const stuck = run(0.01);
    stuck.sample(0, 20.0);
    stuck.sample(30 * MINUTE, 20.01);
    stuck.sample(HOUR, 20.0);
    expect(stuck.isActive).toBe(true);
    const drifting = run(0.01);
    for (let m = 0; m <= 120; m++) drifting.sample(m * MINUTE, m / 1000);
    expect(drifting.out).toEqual([]);
  });

  test('keeps the same state object while the value stands', () => {
    const stuck = run();
    stuck.sample(0, 7);
    const { state } = stuck;
    stuck.sample(1, 7);
    expect(stuck.state).toBe(state);
  });

  test('is refused for no time at all', () => {
    expect(validateRule({ when: { metric: 'm', flat: { for: '0m' } } })).toMatchObject([
      { pointer: '/when/flat/for' },
    ]);
  });
});
