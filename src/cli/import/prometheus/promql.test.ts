import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { selectorMatches } from '#engine/rules/selector.ts';
import { readRuleInput } from '#operations/rule/rule-input.ts';
import { regexToGlobs } from './label-patterns.ts';
import { PromqlError } from './promql-tokens.ts';
import { translateExpression } from './translate-expression.ts';

const context = {
  sensorLabels: ['sensor_id', 'instance'],
  metrics: { freezer_celsius: 'temperature', 'job:load:avg5m': 'load' },
  forMs: 300_000,
  keepMs: 0,
};

function translated(expr: string) {
  const { when, where, changes } = translateExpression(expr, context);
  for (const one of where) expect(() => readRuleInput({ when, where: one })).not.toThrow();
  return { when, where, changes };
}

function refusal(expr: string): string {
  try {
    translateExpression(expr, context);
  } catch (error) {
    if (error instanceof PromqlError) return error.message;
    throw error;
  }
  return 'it was taken';
}

describe('an expression', () => {
  test.each([
    ['freezer_celsius > -15', { metric: 'temperature', above: [{ limit: -15 }] }],
    ['-15 < freezer_celsius', { metric: 'temperature', above: [{ limit: -15 }] }],
    ['battery < 2 * 10', { metric: 'battery', below: [{ limit: 20 }] }],
    ['co2 >= 1e3', { expression: 'co2 >= 1000' }],
    ['job:load:avg5m > 4', { metric: 'load', above: [{ limit: 4 }] }],
    ['t < 2 or t > 8 # both ends', { metric: 't', outside: [{ range: [2, 8] }] }],
    ['a - b > 5', { expression: '(a - b) > 5' }],
    ['100 * (1 - free / size) > 90', { expression: '(100 * (1 - (free / size))) > 90' }],
    ['a > 1 unless b > 2', { expression: '(a > 1) and not (b > 2)' }],
    ['abs(a) ^ 2 > 5', { expression: '(abs(a) ^ 2) > 5' }],
    ['changes(h[1h]) == 0', { metric: 'h', flat: { for: '1h' } }],
    ['stddev_over_time(h[30m]) == 0', { metric: 'h', flat: { for: '30m' } }],
    ['abs(delta(p[10m])) > 5', { metric: 'p', change: { by: 5, within: '10m' } }],
    ['rate(flow_total[5m]) > 0.1', { metric: 'flow_total', change: { by: 30, within: '5m' } }],
    ['last_over_time(t[1h]) > 3', { metric: 't', above: [{ limit: 3 }] }],
  ])('%s has a counterpart', (expr, when) => {
    expect(translated(expr).when).toEqual({ ...when, on_delay: '5m' });
  });

  test('over the least or greatest of a window becomes a delay that says the same', () => {
    expect(translated('min_over_time(t[10m]) > 8').when).toEqual({
      metric: 't',
      above: [{ limit: 8 }],
      on_delay: '15m',
    });
    expect(translated('max_over_time(t[10m]) > 8').when).toEqual({
      metric: 't',
      above: [{ limit: 8 }],
      on_delay: '5m',
      off_delay: '10m',
    });
    const { when, changes } = translated('avg_over_time(t[10m]) > 8');
    expect(when).toMatchObject({ on_delay: '15m' });
    expect(changes[0]).toContain('not the mean of 10m');
  });

  test('that asks whether anything comes becomes a rule on silence', () => {
    expect(translated('absent(t{instance="f1"})')).toMatchObject({
      when: { silent: '10m' },
      where: [{ sensors: ['f1'] }],
    });
    expect(translated('absent_over_time(t[1h]) == 1').when).toEqual({ silent: '1h5m' });
    expect(translated('up{site="lyon"} == 0').when).toEqual({ silent: '5m' });
    expect(translated('time() - timestamp(t) > 600').when).toEqual({ silent: '15m' });
  });

  test('selects sensors by id and by labels', () => {
    expect(translated('t{instance=~"(freezer-.*|fridge-.)", site="lyon"} > 1').where).toEqual([
      { sensors: ['freezer-*', 'fridge-?'], labels: { site: 'lyon' } },
    ]);
    expect(translated('{__name__="t", site=~"lyon|paris", x=~".*"} > 1').where).toEqual([
      { labels: { site: 'lyon' } },
      { labels: { site: 'paris' } },
    ]);
    expect(translated('t{instance!~"test-.*|f9", site!="lab", x="y", z!~"a|b"} > 1').where).toEqual(
      [
        {
          labels: { x: 'y' },
          not: [
            { sensors: ['test-*', 'f9'] },
            ...[{ site: 'lab' }, { z: 'a' }, { z: 'b' }].map((labels) => ({ labels })),
          ],
        },
      ],
    );
  });

  test.each([
    ['sum by (site) (t) > 1', 'sum sums up several series'],
    ['histogram_quantile(0.9, x) > 1', 'histogram_quantile() has no counterpart'],
    ['a > on(x) b', 'on has no counterpart'],
    ['a{x="1"} > b{x="2"}', 'series of different labels'],
    ['t offset 1d > 3', 'offset has no counterpart'],
    ['t{site!=""} > 1', 'site!="": a label that is not there cannot be asked for'],
    ['t{site!~"[a-z]+"} > 1', 'site!~"[a-z]+": this pattern cannot be asked of a label'],
    ['a{x!="1"} > b{x!="2"}', 'series of different labels'],
    ['t{site=~"[a-z]+"} > 1', 'cannot be asked of a label'],
    ['job:x:rate > 1', 'made by a recording rule'],
    ['vector(1)', 'it always holds'],
    ['t', 'it has no limit'],
    ['predict_linear(t[1h], 3600) > 8', 'not evaluated yet'],
    ['max_over_time(t[1h:5m]) > 8', 'a subquery has no counterpart'],
    ['t == t >= t', 'where a value should'],
    ['(a > 1) + b > 2', 'where a value should'],
    ['up > 0', 'not to a sensor'],
    ['t > ', 'ends too soon'],
    ['t > 1)', "')' is not expected"],
    ['t § 1', "'§' cannot be read"],
    ['rate(t[5m]) < 3', 'rate() < 3 has no counterpart'],
  ])('%s is refused with a reason', (expr, reason) => {
    expect(refusal(expr)).toContain(reason);
  });

  test('may be any text: it is translated into a sound rule, or refused', () => {
    const words = fc.constantFrom(
      ...'t a{x="1"} up 1 -15 0.5 [5m] ( ) { } , + - * / % ^ > < >= == and or unless rate( absent( delta( abs('.split(
        ' ',
      ),
      ...['min_over_time(t[5m])', 'changes(t[1h])', 'by', 'offset', '"'],
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (all) => {
        const expr = all.join(' ');
        if (refusal(expr) === 'it was taken') translated(expr);
      }),
      { numRuns: 2000 },
    );
  });
});

test('patterns for ids fit what the regular expression fits, and nothing else', () => {
  const piece = fc.constantFrom('a', 'b-', '.*', '.+', '.', '\\.', '_1');
  const part = fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => all.join(''));
  const regexes = fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => all.join('|'));
  const ids = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '_', '1'), minLength: 1 });
  fc.assert(
    fc.property(regexes, ids, (regex, id) => {
      const sensors = regexToGlobs(regex);
      expect(sensors).toBeDefined();
      expect(selectorMatches({ sensors: sensors! }, id, {})).toBe(
        new RegExp(`^(?:${regex})$`).test(id),
      );
    }),
    { numRuns: 2000 },
  );
});
