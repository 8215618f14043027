import { describe, expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import type { Condition, Rule } from '#domain/rule.ts';
import { RuleRun, ruleOf } from '#test/support/rule-run.ts';
import { compileRule } from './compile-rule.ts';
import { validateRule } from './validate-rule.ts';

function errorOf(rule: Rule): VigieError {
  try {
    compileRule(rule);
  } catch (error) {
    if (error instanceof VigieError) return error;
  }
  throw new Error('it compiled');
}

const BROKEN: Rule = ruleOf(
  {
    metric: 'm',
    above: [{ limit: 5 }, { limit: 4, severity: 'critical' }],
    on_delay: '999999w',
  },
  {
    where: { sensors: ['a b'] },
    schedule: { time_zone: 'Mars/Olympus', windows: [{ from: '08:00', to: '08:00' }] },
  },
);

describe('compileRule', () => {
  test('refuses an unsound rule with the first problem, and carries every one', () => {
    const error = errorOf(BROKEN);
    expect(error).toMatchObject({ code: 'rule_invalid', pointer: '/where/sensors/0' });
    expect(error.extra).toEqual({ errors: validateRule(BROKEN) });
  });

  test.each<[string, Condition]>([
    ['anomaly', { metric: 'm', anomaly: { sensitivity: 'medium' } }],
    ['forecast', { metric: 'm', forecast: { above: 8, within: '30m' } }],
  ])('refuses %s, which nothing evaluates yet, as not_supported', (kind, when) => {
    const error = errorOf(ruleOf(when));
    expect(error).toMatchObject({ code: 'not_supported', pointer: `/when/${kind}` });
    expect(error.message).toContain(kind);
  });

  test('says what each kind takes and of which metrics', () => {
    const of = (when: Condition) => {
      const { kind, takes, metrics } = compileRule(ruleOf(when));
      return [kind, takes, ...metrics];
    };
    expect(of({ metric: 'm', below: [{ limit: 1 }] })).toEqual(['below', 'sample', 'm']);
    expect(of({ metric: 'm', change: { by: 1, within: '1m' } })).toEqual(['change', 'sample', 'm']);
    expect(of({ metric: 'm', flat: { for: '1m' } })).toEqual(['flat', 'sample', 'm']);
    expect(of({ expression: 'a > b' })).toEqual(['expression', 'reading', 'a', 'b']);
    expect(of({ silent: '1m' })).toEqual(['silent', 'arrival']);
    expect(of({ calibration_due: '14d' })).toEqual(['calibration_due', 'clock']);
  });

  test('covers the sensors that its selector names', () => {
    const run = new RuleRun(ruleOf({ silent: '1m' }, { where: { labels: { site: 'lyon' } } }));
    expect(run.rule.covers(run.sensor)).toBe(false);
    run.facts.labels.site = 'lyon';
    expect(run.rule.covers(run.sensor)).toBe(true);
  });

  test('makes rules that do not share their states: two sensors take turns', () => {
    const rule = compileRule(ruleOf({ metric: 'm', above: [{ limit: 1 }], on_delay: '1m' }));
    const [one, two] = [new RuleRun(rule.rule), new RuleRun(rule.rule)];
    one.sample(0, 5);
    two.sample(30_000, 5);
    one.sample(60_000, 5);
    two.sample(60_000, 5);
    expect([one.isActive, two.isActive]).toEqual([true, false]);
  });
});

describe('validateRule', () => {
  test('lists every problem, each with its pointer', () => {
    expect(validateRule(BROKEN).map(({ pointer }) => pointer)).toEqual([
      '/where/sensors/0',
      '/when/on_delay',
      '/when/above/1/limit',
      '/schedule/time_zone',
      '/schedule/windows/0/to',
    ]);
  });

  test('finds nothing wrong with the rule of the design', () => {
    expect(
      validateRule({
        id: 'freezer-too-warm',
        where: { sensors: ['freezer-*'], labels: { site: 'lyon' } },
        when: {
          metric: 'temperature',
          above: [
            { limit: -15, severity: 'warning' },
            { limit: -10, severity: 'critical' },
          ],
          deadband: 0.5,
          on_delay: '5m',
          off_delay: '1m',
        },
        schedule: {
          time_zone: 'Europe/Paris',
          windows: [{ days: ['mon', 'fri'], from: '08:00', to: '18:00' }],
        },
      }),
    ).toEqual([]);
  });

  test('lets the delays be 0 and the lengths of ten years pass', () => {
    expect(validateRule({ when: { silent: '3650d', on_delay: '0s', off_delay: '0ms' } })).toEqual(
      [],
    );
    expect(validateRule({ when: { calibration_due: '0s' } })).toEqual([]);
    expect(validateRule({ when: { silent: '3661d' } })).toHaveLength(1);
  });
});
