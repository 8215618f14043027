import { describe, expect, test } from 'vitest';
import type { Condition } from '#domain/rule.ts';
import { line, RuleRun, ruleOf } from '#test/support/rule-run.ts';
import { validateRule } from '../validate-rule.ts';

const run = (when: Condition) => new RuleRun(ruleOf(when));

describe('below', () => {
  test('is strict, mirrors above and has the least value as its peak', () => {
    const battery = run({ metric: 'battery', below: [{ limit: 20 }], deadband: 2 });
    battery.sample(0, 20);
    battery.sample(1, 19.9);
    battery.sample(2, 12);
    battery.sample(3, 21.9);
    battery.sample(4, 22);
    expect(battery.out.map(line)).toEqual([
      'raised warning @1 since 1 value 19.9 limit 20 peak 19.9',
      'cleared warning @4 since 1 value 22 limit 20 peak 12',
    ]);
  });
});

describe('outside', () => {
  const fridge: Condition = {
    metric: 'temperature',
    outside: [
      { range: [2, 8], severity: 'warning' },
      { range: [0, 10], severity: 'critical' },
    ],
    deadband: 0.5,
  };

  test('holds beyond either end and shows the end that was crossed', () => {
    const out = run(fridge);
    out.sample(0, 2);
    out.sample(1, 8);
    out.sample(2, 1.9);
    out.sample(3, -0.1);
    out.sample(4, 7);
    expect(out.out.map(line)).toEqual([
      'raised warning @2 since 2 value 1.9 limit 2 peak 1.9',
      'severity_changed critical @3 since 2 value -0.1 limit 0 peak -0.1',
      'cleared critical @4 since 2 value 7 limit 0 peak -0.1',
    ]);
  });

  test('keeps the same state object while the value stays out on one side', () => {
    const out = run(fridge);
    out.sample(0, 1);
    const { state } = out;
    out.sample(1, 1.5);
    expect(out.state).toBe(state);
  });

  test('goes on as one alert where the value jumps from below to above, and the peak is the furthest', () => {
    const out = run(fridge);
    out.sample(0, 1);
    out.sample(1, 9.5);
    out.sample(2, 8);
    out.sample(3, 7.5);
    expect(out.out.map(line)).toEqual([
      'raised warning @0 since 0 value 1 limit 2 peak 1',
      'cleared warning @3 since 0 value 7.5 limit 8 peak 9.5',
    ]);
  });
});

describe('above', () => {
  test('clears at the limit less the deadband as a person writes it (8.1 − 0.2 = 7.9)', () => {
    const out = run({ metric: 'm', above: [{ limit: 8.1 }], deadband: 0.2 });
    out.sample(0, 9);
    out.sample(1, 7.9);
    expect(out.isActive).toBe(false);
  });

  test('gives the severity of the rule to levels that name none, in whatever order they stand', () => {
    const when: Condition = {
      metric: 'm',
      above: [{ limit: 10, severity: 'critical' }, { limit: 5 }],
    };
    const out = new RuleRun(ruleOf(when, { severity: 'info' }));
    out.sample(0, 6);
    out.sample(1, 11);
    expect(out.out.map(({ severity, limit }) => [severity, limit])).toEqual([
      ['info', 5],
      ['critical', 10],
    ]);
  });

  test('stays plain JSON at the end of the doubles', () => {
    const out = new RuleRun(
      ruleOf({ metric: 'm', above: [{ limit: -1.7e308 }], off_delay: '1s' }),
      { restarts: true },
    );
    out.sample(0, 1.7e308);
    out.sample(1, -1.7e308);
    expect(out.ticksUntil(2000)).toHaveLength(1);
  });
});

describe('levels that contradict each other', () => {
  const pointers = (when: Condition) => validateRule({ when }).map(({ pointer }) => pointer);

  test.each<[string, Condition, string[]]>([
    [
      'a critical limit short of the warning',
      { metric: 'm', above: [{ limit: 5 }, { limit: 4, severity: 'critical' }] },
      ['/when/above/1/limit'],
    ],
    [
      'a critical limit short of the warning, below',
      { metric: 'm', below: [{ limit: 5, severity: 'critical' }, { limit: 4 }] },
      ['/when/below/0/limit'],
    ],
    [
      'two levels of one severity',
      { metric: 'm', above: [{ limit: 5 }, { limit: 6, severity: 'warning' }] },
      ['/when/above/1/severity'],
    ],
    [
      'one limit twice',
      { metric: 'm', above: [{ limit: 5 }, { limit: 5, severity: 'critical' }] },
      ['/when/above/1/limit'],
    ],
    [
      'a range that is turned round',
      { metric: 'm', outside: [{ range: [8, 2] }] },
      ['/when/outside/0/range'],
    ],
    [
      'a range that is one point',
      { metric: 'm', outside: [{ range: [2, 2] }] },
      ['/when/outside/0/range'],
    ],
    [
      'a critical range within the warning range',
      { metric: 'm', outside: [{ range: [2, 8] }, { range: [1, 7], severity: 'critical' }] },
      ['/when/outside/1/range'],
    ],
    [
      'a deadband over half the range',
      { metric: 'm', outside: [{ range: [2, 8] }], deadband: 3.1 },
      ['/when/deadband'],
    ],
  ])('are named: %s', (_name, when, expected) => {
    expect(pointers(when)).toEqual(expected);
  });

  test('are not seen where one end of a range stays', () => {
    expect(
      pointers({
        metric: 'm',
        outside: [{ range: [2, 8] }, { range: [2, 12], severity: 'critical' }],
      }),
    ).toEqual([]);
  });
});
