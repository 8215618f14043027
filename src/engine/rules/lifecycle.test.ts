import { describe, expect, test } from 'vitest';
import type { Condition } from '#domain/rule.ts';
import { HOUR, line, MINUTE, RuleRun, ruleOf, SECOND, short } from '#test/support/rule-run.ts';

const FREEZER: Condition = {
  metric: 'temperature',
  above: [
    { limit: -15, severity: 'warning' },
    { limit: -10, severity: 'critical' },
  ],
  deadband: 0.5,
};
const T0 = Date.parse('2026-11-23T05:00:00Z');
const run = (delays: Partial<Condition> = {}) =>
  new RuleRun(ruleOf({ ...FREEZER, ...delays } as Condition));

describe('a rule without delays', () => {
  test('raises at the first sample beyond the limit and clears at the limit less the deadband', () => {
    const freezer = run();
    expect(freezer.sample(0, -15)).toEqual([]);
    expect(freezer.sample(1, -14).map(line)).toEqual([
      'raised warning @1 since 1 value -14 limit -15 peak -14',
    ]);
    expect(freezer.isActive).toBe(true);
    expect(freezer.sample(2, -15.4)).toEqual([]);
    expect(freezer.sample(3, -15.5).map(line)).toEqual([
      'cleared warning @3 since 1 value -15.5 limit -15 peak -14',
    ]);
    expect(freezer.state).toBeUndefined();
  });

  test('says severity_changed while the alert goes on, up and down, with the limit in force', () => {
    const freezer = run();
    freezer.sample(0, -14);
    freezer.sample(1, -9);
    freezer.sample(2, -10.4);
    freezer.sample(3, -10.5);
    freezer.sample(4, -20);
    expect(freezer.out.map(line)).toEqual([
      'raised warning @0 since 0 value -14 limit -15 peak -14',
      'severity_changed critical @1 since 0 value -9 limit -10 peak -9',
      'severity_changed warning @3 since 0 value -10.5 limit -15 peak -9',
      'cleared warning @4 since 0 value -20 limit -15 peak -9',
    ]);
  });

  test('raises once, at the severest level, where the value jumps past both limits', () => {
    expect(run().sample(0, 0).map(short)).toEqual(['raised critical @0']);
  });

  test('keeps the same state object while the alert goes on and sets no new peak', () => {
    const freezer = run();
    freezer.sample(0, -12);
    const { state } = freezer;
    freezer.sample(1, -13);
    expect(freezer.state).toBe(state);
    expect(freezer.dueMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('on_delay', () => {
  const delayed = () => run({ on_delay: '5m' });

  test('runs out in event time before a later sample is applied', () => {
    const freezer = delayed();
    freezer.sample(T0, -14);
    freezer.sample(T0 + 2 * MINUTE, -13);
    expect(freezer.out).toEqual([]);
    freezer.sample(T0 + 9 * MINUTE, -20);
    expect(freezer.out.map(line)).toEqual([
      `raised warning @${T0 + 5 * MINUTE} since ${T0} value -13 limit -15 peak -13`,
      `cleared warning @${T0 + 9 * MINUTE} since ${T0} value -20 limit -15 peak -13`,
    ]);
  });

  test('runs out by the clock, because the last value stands', () => {
    const freezer = delayed();
    freezer.sample(T0, -14, { receivedMs: T0 + 3 * SECOND });
    expect(freezer.dueMs).toBe(T0 + 5 * MINUTE);
    expect(freezer.tick(T0 + 5 * MINUTE - 1)).toEqual([]);
    expect(freezer.tick(T0 + 5 * MINUTE + 700).map(line)).toEqual([
      `raised warning @${T0 + 5 * MINUTE} since ${T0} value -14 limit -15 peak -14`,
    ]);
  });

  test('counts from receipt where the clock of the sensor is ahead', () => {
    const freezer = delayed();
    freezer.sample(T0 + MINUTE, -14, { receivedMs: T0 });
    expect(freezer.dueMs).toBe(T0 + 5 * MINUTE);
    expect(freezer.ticksUntil(T0 + HOUR).map(short)).toEqual([
      `raised warning @${T0 + 5 * MINUTE}`,
    ]);
  });

  test('is cancelled by a sample within the limit', () => {
    const freezer = delayed();
    freezer.sample(T0, -14);
    freezer.sample(T0 + MINUTE, -15.5);
    expect(freezer.state).toBeUndefined();
    freezer.sample(T0 + 2 * MINUTE, -14);
    expect(freezer.ticksUntil(T0 + HOUR).map(short)).toEqual([
      `raised warning @${T0 + 7 * MINUTE}`,
    ]);
  });

  test('holds for each step of severity on its own', () => {
    const freezer = delayed();
    freezer.sample(T0, -14);
    freezer.sample(T0 + 2 * MINUTE, -9);
    freezer.sample(T0 + 6 * MINUTE, -9);
    freezer.sample(T0 + 7 * MINUTE, -9);
    expect(freezer.out.map(short)).toEqual([
      `raised warning @${T0 + 5 * MINUTE}`,
      `severity_changed critical @${T0 + 7 * MINUTE}`,
    ]);
  });

  test('says both steps where one tick comes after both', () => {
    const freezer = delayed();
    freezer.sample(T0, -14);
    freezer.sample(T0 + SECOND, -9);
    expect(freezer.tick(T0 + 5 * MINUTE + 2 * SECOND).map(short)).toEqual([
      `raised warning @${T0 + 5 * MINUTE}`,
      `severity_changed critical @${T0 + 5 * MINUTE + SECOND}`,
    ]);
  });

  test('raises once where both levels began together', () => {
    const freezer = delayed();
    freezer.sample(T0, -9);
    expect(freezer.ticksUntil(T0 + HOUR).map(short)).toEqual([
      `raised critical @${T0 + 5 * MINUTE}`,
    ]);
  });
});

describe('off_delay', () => {
  test('must stand out before the alert clears, and starts anew when the value comes back', () => {
    const freezer = run({ off_delay: '1m' });
    freezer.sample(0, -14);
    freezer.sample(10 * SECOND, -20);
    freezer.sample(20 * SECOND, -12);
    freezer.sample(30 * SECOND, -21);
    expect(freezer.dueMs).toBe(90 * SECOND);
    freezer.sample(120 * SECOND, -22);
    expect(freezer.out.map(line)).toEqual([
      'raised warning @0 since 0 value -14 limit -15 peak -14',
      'cleared warning @90000 since 0 value -21 limit -15 peak -12',
    ]);
  });

  test('holds back going down a severity as well', () => {
    const freezer = run({ off_delay: '1m' });
    freezer.sample(0, -5);
    freezer.sample(10 * SECOND, -12);
    freezer.ticksUntil(10 * MINUTE);
    expect(freezer.out.map(short)).toEqual([
      'raised critical @0',
      'severity_changed warning @70000',
    ]);
  });
});

describe('late samples', () => {
  const late = { receivedMs: T0 + HOUR, isLate: true };

  test('tell nobody of what was, and everybody of what is, with its true start', () => {
    const freezer = run();
    freezer.sample(T0, -14, late);
    freezer.sample(T0 + MINUTE, -20, late);
    freezer.sample(T0 + 2 * MINUTE, -14, late);
    freezer.sample(T0 + 3 * MINUTE, -13, late);
    expect(freezer.out).toEqual([]);
    expect(freezer.isActive).toBe(false);
    expect(freezer.dueMs).toBe(T0 + HOUR + 5 * SECOND);
    expect(freezer.tick(T0 + HOUR + 4999)).toEqual([]);
    expect(freezer.tick(T0 + HOUR + 5 * SECOND).map(line)).toEqual([
      `raised warning @${T0 + 2 * MINUTE} since ${T0 + 2 * MINUTE} value -13 limit -15 peak -13`,
    ]);
    expect(freezer.isActive).toBe(true);
  });

  test('are settled by the first fresh sample, after it has been applied', () => {
    const freezer = run();
    freezer.sample(T0, -14, late);
    expect(freezer.sample(T0 + HOUR, -20)).toEqual([]);
    expect(freezer.state).toBeUndefined();
    freezer.sample(T0 + HOUR + 1, -14, { receivedMs: T0 + 2 * HOUR, isLate: true });
    expect(freezer.sample(T0 + 2 * HOUR, -9).map(line)).toEqual([
      `raised critical @${T0 + 2 * HOUR} since ${T0 + HOUR + 1} value -9 limit -10 peak -9`,
    ]);
  });

  test('clear what was told and is over, and change what is told at another severity', () => {
    const freezer = run();
    freezer.sample(T0, -14);
    freezer.sample(T0 + MINUTE, -9, late);
    expect(freezer.ticksUntil(T0 + 2 * HOUR).map(short)).toEqual([
      `severity_changed critical @${T0 + MINUTE}`,
    ]);
    freezer.sample(T0 + 2 * MINUTE, -20, { receivedMs: T0 + 2 * HOUR, isLate: true });
    expect(freezer.ticksUntil(T0 + 3 * HOUR).map(short)).toEqual([
      `cleared critical @${T0 + 2 * MINUTE}`,
    ]);
  });

  test('go on with a told alert that came and went and came again among them', () => {
    const freezer = run();
    freezer.sample(T0, -12);
    freezer.sample(T0 + MINUTE, -20, late);
    freezer.sample(T0 + 2 * MINUTE, -14, late);
    expect(freezer.ticksUntil(T0 + 2 * HOUR)).toEqual([]);
    expect(freezer.sample(T0 + 2 * HOUR, -20).map(line)).toEqual([
      `cleared warning @${T0 + 2 * HOUR} since ${T0} value -20 limit -15 peak -12`,
    ]);
  });

  test('let their delays run out at the end of the run, not within it', () => {
    const freezer = run({ on_delay: '30m' });
    freezer.sample(T0, -14, late);
    expect(freezer.dueMs).toBe(T0 + HOUR + 5 * SECOND);
    freezer.sample(T0 + MINUTE, -20, late);
    expect(freezer.state).toBeUndefined();
    freezer.sample(T0 + 2 * MINUTE, -14, late);
    expect(freezer.ticksUntil(T0 + 2 * HOUR).map(short)).toEqual([
      `raised warning @${T0 + 32 * MINUTE}`,
    ]);
  });

  test('raise nothing by a delay that ran out before the fresh sample that shows it is over', () => {
    const freezer = run({ on_delay: '30m' });
    freezer.sample(T0, -14, late);
    expect(freezer.sample(T0 + HOUR, -20)).toEqual([]);
    expect(freezer.state).toBeUndefined();
  });

  test('raise nothing where the off-delay has run out by the end of the run', () => {
    const freezer = run({ off_delay: '5m' });
    freezer.sample(T0 + HOUR - 11 * MINUTE, -14, late);
    freezer.sample(T0 + HOUR - 10.5 * MINUTE, -20, late);
    expect(freezer.tick(T0 + HOUR + 5 * SECOND)).toEqual([]);
    expect(freezer.state).toBeUndefined();
  });

  test('let no clock in before the end of the run, not even that of the condition', () => {
    const jump = new RuleRun(ruleOf({ metric: 'm', change: { by: 5, within: '2s' } }));
    jump.sample(T0, 1, late);
    jump.sample(T0 + SECOND, 9, late);
    const { state } = jump;
    expect(jump.dueMs).toBe(T0 + HOUR + 5 * SECOND);
    jump.tick(T0 + HOUR + 3 * SECOND);
    expect(jump.state).toBe(state);
    expect(jump.ticksUntil(T0 + 2 * HOUR)).toEqual([]);
  });

  test('of a sensor that is late for ever are told after ten minutes all the same', () => {
    const freezer = run();
    for (let s = 0; s <= 600; s++) {
      const timeMs = T0 + s * SECOND;
      freezer.ticksUntil(timeMs + HOUR - 1);
      freezer.sample(timeMs, -9, { receivedMs: timeMs + HOUR, isLate: true });
    }
    expect(freezer.ticksUntil(T0 + HOUR + 10 * MINUTE).map(short)).toEqual([
      `raised critical @${T0}`,
    ]);
  });
});

describe('a schedule', () => {
  // T0 is a Monday, 06:00 in Paris.
  const schedule = {
    time_zone: 'Europe/Paris',
    windows: [{ days: ['mon' as const, 'tue' as const], from: '08:00', to: '18:00' }],
  };
  const scheduled = (delays: Partial<Condition> = {}) =>
    new RuleRun(ruleOf({ ...FREEZER, ...delays } as Condition, { schedule }));
  const OPENS = T0 + 2 * HOUR;
  const CLOSES = T0 + 12 * HOUR;

  test('raises at its opening what holds then, and clears at its close what is active', () => {
    const freezer = scheduled({ off_delay: '1h' });
    freezer.sample(T0, -14);
    expect(freezer.isActive).toBe(false);
    expect(freezer.dueMs).toBe(OPENS);
    freezer.ticksUntil(T0 + 23 * HOUR);
    expect(freezer.out.map(line)).toEqual([
      `raised warning @${OPENS} since ${OPENS} value -14 limit -15 peak -14`,
      `cleared warning @${CLOSES} since ${OPENS} value -14 limit -15 peak -14`,
    ]);
    freezer.ticksUntil(T0 + 30 * HOUR);
    expect(freezer.out.slice(2).map(short)).toEqual([`raised warning @${OPENS + 24 * HOUR}`]);
  });

  test('counts on_delay from the opening where the condition held before', () => {
    const freezer = scheduled({ on_delay: '5m' });
    freezer.sample(OPENS - MINUTE, -14);
    expect(freezer.ticksUntil(OPENS + HOUR).map(line)).toEqual([
      `raised warning @${OPENS + 5 * MINUTE} since ${OPENS} value -14 limit -15 peak -14`,
    ]);
  });

  test('raises nothing where the delay runs out at the very close', () => {
    const freezer = scheduled({ on_delay: '5m' });
    freezer.sample(CLOSES - 5 * MINUTE, -14);
    expect(freezer.ticksUntil(CLOSES + HOUR)).toEqual([]);
  });

  test('is followed in event time between two samples as by the clock', () => {
    const freezer = scheduled();
    freezer.sample(CLOSES - MINUTE, -14);
    freezer.sample(CLOSES + MINUTE, -13);
    freezer.sample(CLOSES + 2 * MINUTE, -20);
    expect(freezer.out.map(short)).toEqual([
      `raised warning @${CLOSES - MINUTE}`,
      `cleared warning @${CLOSES}`,
    ]);
    expect(freezer.state).toBeUndefined();
  });

  test('stays closed for a sample that the clock has overtaken', () => {
    const freezer = scheduled({ on_delay: '5m' });
    freezer.sample(CLOSES - 2 * MINUTE, -14);
    freezer.tick(CLOSES);
    freezer.sample(CLOSES - MINUTE, -14, { receivedMs: CLOSES + SECOND });
    expect(freezer.ticksUntil(CLOSES + HOUR)).toEqual([]);
  });

  test('has cleared a change at its close, whose window ran empty while the platform was down', () => {
    const jump = new RuleRun(
      ruleOf({ metric: 'm', change: { by: 5, within: '20m' } }, { schedule }),
    );
    jump.sample(CLOSES - 10 * MINUTE, 1);
    jump.sample(CLOSES - 9 * MINUTE, 9);
    expect(jump.tick(OPENS + 24.5 * HOUR).map(short)).toEqual([`cleared warning @${CLOSES}`]);
  });

  test('followed by a platform that was down for days tells only what is', () => {
    const freezer = scheduled();
    freezer.sample(OPENS, -14);
    expect(freezer.tick(OPENS + 25 * HOUR)).toEqual([]);
    expect(freezer.tick(OPENS + 72 * HOUR).map(short)).toEqual([
      `cleared warning @${CLOSES + 24 * HOUR}`,
    ]);
  });
});
