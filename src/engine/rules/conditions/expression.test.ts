import { describe, expect, test } from 'vitest';
import { line, MINUTE, RuleRun, ruleOf } from '#test/support/rule-run.ts';
import { validateRule } from '../validate-rule.ts';

const run = (expression: string) => new RuleRun(ruleOf({ expression }));

describe('expression', () => {
  test('is looked at when each of its metrics has a value, with its sides as value and limit', () => {
    const room = run('dew_point(temperature, humidity) > surface - 2');
    expect(room.rule.metrics).toEqual(['temperature', 'humidity', 'surface']);
    room.reading(0, { temperature: 25, humidity: 80 });
    expect(room.out).toEqual([]);
    room.reading(1, { surface: 20 });
    expect(room.out).toHaveLength(1);
    const [raised] = room.out;
    expect(raised).toMatchObject({ change: 'raised', limit: 18, startedAtMs: 1 });
    expect(raised?.value).toBeCloseTo(21.3, 1);
    room.reading(2, { humidity: 30 });
    expect(room.out.at(-1)).toMatchObject({ change: 'cleared', limit: 18 });
    expect(room.out.at(-1)?.peak).toBe(raised?.value);
  });

  test('has neither value nor limit where it is more than one comparison', () => {
    const room = run('a > 1 and b > 1');
    room.reading(0, { a: 2, b: 2 });
    expect(room.out.map(line)).toEqual([
      'raised warning @0 since 0 value null limit null peak null',
    ]);
  });

  test('changes nothing where a result on the way is not finite', () => {
    const ratio = run('a / b > 2');
    ratio.reading(0, { a: 10, b: 1 });
    const { state } = ratio;
    ratio.reading(1, { b: 0 });
    expect(ratio.state).toBe(state);
    ratio.reading(2, { b: 10 });
    expect(ratio.out.map(({ change }) => change)).toEqual(['raised', 'cleared']);
  });

  test('takes the peak in the direction of its comparison', () => {
    const low = run('a < b');
    for (const [at, a] of [4, 1, 3, 6].entries()) low.reading(at, { a, b: 5 });
    expect(low.out.at(-1)).toMatchObject({ change: 'cleared', peak: 1, value: 6, limit: 5 });
  });

  test('takes delays by the clock like every other condition', () => {
    const hot = new RuleRun(ruleOf({ expression: 'a > 1', on_delay: '5m' }));
    hot.reading(0, { a: 2 });
    expect(hot.ticksUntil(10 * MINUTE).map(line)).toEqual([
      `raised warning @${5 * MINUTE} since 0 value 2 limit 1 peak 2`,
    ]);
  });

  test('that is wrong is named with the place', () => {
    expect(validateRule({ when: { expression: 'a > > 2' } })).toEqual([
      { pointer: '/when/expression', detail: "'>' is not expected here (at character 5)" },
    ]);
  });
});
