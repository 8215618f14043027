import { describe, expect, test } from 'vitest';
import { HOUR, line, MINUTE, RuleRun, ruleOf, SECOND, short } from '#test/support/rule-run.ts';
import { defaultSilentRule } from '../default-silent-rule.ts';
import { validateRule } from '../validate-rule.ts';

describe('silent', () => {
  const fifteen = () => new RuleRun(ruleOf({ silent: '15m' }, { severity: 'critical' }));

  test('is raised by the clock that long after the last receipt and cleared by the next reading', () => {
    const sensor = fifteen();
    sensor.sample(0, 1, { receivedMs: 10 * SECOND });
    expect(sensor.state).toBeUndefined();
    expect(sensor.dueMs).toBe(15 * MINUTE + 10 * SECOND);
    expect(sensor.tick(15 * MINUTE)).toEqual([]);
    expect(sensor.tick(15 * MINUTE + 11 * SECOND).map(line)).toEqual([
      'raised critical @910000 since 910000 value null limit null peak null',
    ]);
    expect(sensor.sample(HOUR - MINUTE, 1, { receivedMs: HOUR }).map(line)).toEqual([
      'cleared critical @3600000 since 910000 value null limit null peak null',
    ]);
    expect(sensor.state).toBeUndefined();
  });

  test('says nothing of a sensor that was never heard', () => {
    const sensor = fifteen();
    expect(sensor.dueMs).toBe(Number.POSITIVE_INFINITY);
    expect(sensor.tick(HOUR)).toEqual([]);
  });

  test('takes delays on top', () => {
    const sensor = new RuleRun(ruleOf({ silent: '15m', on_delay: '5m' }));
    sensor.sample(0, 1);
    expect(sensor.ticksUntil(19 * MINUTE)).toEqual([]);
    expect(sensor.ticksUntil(HOUR).map(short)).toEqual([`raised warning @${20 * MINUTE}`]);
    sensor.sample(HOUR, 1);
    sensor.ticksUntil(HOUR + 16 * MINUTE);
    sensor.sample(HOUR + 17 * MINUTE, 1);
    expect(sensor.state).toBeUndefined();
  });

  test('missed while its schedule was closed is raised at the opening', () => {
    const opensMs = Date.parse('2026-11-23T08:00:00Z');
    const sensor = new RuleRun(
      ruleOf(
        { silent: '15m' },
        { schedule: { time_zone: 'UTC', windows: [{ from: '08:00', to: '18:00' }] } },
      ),
    );
    sensor.sample(opensMs - 5 * HOUR, 1);
    expect(sensor.tick(opensMs + SECOND).map(line)).toEqual([
      `raised warning @${opensMs} since ${opensMs} value null limit null peak null`,
    ]);
    const punctual = new RuleRun(sensor.rule.rule);
    punctual.sample(opensMs - 5 * HOUR, 1);
    expect(punctual.ticksUntil(opensMs + SECOND)).toEqual(sensor.out);
  });

  test('is refused for no time at all', () => {
    expect(validateRule({ when: { silent: '0s' } })).toMatchObject([{ pointer: '/when/silent' }]);
  });
});

describe('the silent rule that everyone has', () => {
  const built = () => new RuleRun(defaultSilentRule());

  test('waits for 3 × the learned cadence, at least a minute', () => {
    const sensor = built();
    sensor.sample(0, 1);
    expect(sensor.dueMs).toBe(Number.POSITIVE_INFINITY);
    sensor.facts.cadenceMs = 10 * SECOND;
    expect(sensor.dueMs).toBe(MINUTE);
    sensor.facts.cadenceMs = 10 * MINUTE;
    expect(sensor.dueMs).toBe(30 * MINUTE);
    expect(sensor.ticksUntil(HOUR).map(short)).toEqual([`raised warning @${30 * MINUTE}`]);
  });

  test('takes the word of the sensor (SenML ut) over what was learned', () => {
    const sensor = built();
    sensor.sample(0, 1);
    sensor.facts.updateWithinMs = 2 * HOUR;
    expect(sensor.dueMs).toBe(2 * HOUR);
    sensor.facts.cadenceMs = MINUTE;
    expect(sensor.dueMs).toBe(2 * HOUR);
    sensor.facts.updateWithinMs = SECOND;
    expect(sensor.dueMs).toBe(MINUTE);
  });

  test('covers every sensor, is sound, and speaks both languages', () => {
    const rule = defaultSilentRule();
    expect(validateRule(rule)).toEqual([]);
    expect(built().rule.covers(built().sensor)).toBe(true);
    for (const text of [rule.name, rule.message, rule.instructions]) {
      expect(Object.keys(text ?? {})).toEqual(['en', 'fr']);
    }
  });
});
