import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Condition, SEVERITIES } from '#domain/rule.ts';
import { Cadence } from '#engine/rules/cadence.ts';
import { compileRule } from '#engine/rules/compile-rule.ts';
import type { Transition } from '#engine/rules/compiled-rule.ts';
import { DAY, HOUR, MINUTE, RuleRun, ruleOf, SECOND } from '#test/support/rule-run.ts';
import { type BacktestAlert, BacktestRun } from './backtest-run.ts';
import { type SamplePage, SeriesMerge } from './series-merge.ts';

const START = Date.parse('2026-03-23T06:00:00Z');
const CALIBRATED = START - 351 * DAY + 10 * MINUTE;

interface Reading {
  timeMs: number;
  values: Record<string, number>;
}

interface Tried {
  metrics: readonly string[];
  readings: readonly Reading[];
  toMs: number;
  pageSize: number;
  keep?: number;
}

/** The backtest over series that are read in pages of a size. */
function backtest(when: Condition, { metrics, readings, toMs, pageSize, keep = 1000 }: Tried) {
  const run = new BacktestRun(
    compileRule(ruleOf(when)),
    {
      sensorId: 's',
      labels: {},
      calibrationDateMs: CALIBRATED,
      updateWithinMs: undefined,
      metrics,
    },
    { fromMs: START, toMs, keep },
  );
  const merge = new SeriesMerge(metrics.length);
  const offsets = metrics.map(() => 0);
  for (let series = merge.wanted; series >= 0; series = merge.wanted) {
    const metric = metrics[series]!;
    const whole = readings.filter(({ values }) => metric in values);
    const from = offsets[series]!;
    const part = whole.slice(from, from + pageSize);
    offsets[series] = from + part.length;
    const page: SamplePage = {
      count: part.length,
      timesMs: Float64Array.from(part, ({ timeMs }) => timeMs),
      values: Float64Array.from(part, ({ values }) => values[metric]!),
    };
    merge.give(series, page, part.length < pageSize);
    merge.drain((timeMs, values) => run.reading(timeMs, values));
  }
  run.finish();
  return run;
}

/** The same readings as a punctual processor shows them to the engine. */
function live(when: Condition, { readings, toMs }: Pick<Tried, 'readings' | 'toMs'>): RuleRun {
  const run = new RuleRun(ruleOf(when));
  run.facts.calibrationDateMs = CALIBRATED;
  const cadence = new Cadence();
  run.tick(START);
  for (const { timeMs, values } of readings) {
    run.ticksUntil(timeMs);
    cadence.update(timeMs, timeMs);
    run.facts.cadenceMs = cadence.intervalMs;
    const { takes, metrics } = run.rule;
    if (takes === 'sample') {
      if (metrics[0]! in values) run.sample(timeMs, values[metrics[0]!]!);
    } else if (takes === 'clock') run.tick(timeMs);
    else run.reading(timeMs, values);
  }
  run.ticksUntil(toMs);
  return run;
}

/** What is kept of an alert, told by the transitions alone. */
function alertsOf(transitions: readonly Transition[], standingPeak: number | null) {
  const alerts: BacktestAlert[] = [];
  for (const { change, severity, startedAtMs, atMs, peak } of transitions) {
    if (change === 'raised') alerts.push({ severity, startedAtMs, clearedAtMs: null, peak });
    const alert = alerts.at(-1)!;
    alert.peak = peak;
    if (change === 'cleared') alert.clearedAtMs = atMs;
    else if (SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(alert.severity)) {
      alert.severity = severity;
    }
  }
  const last = alerts.at(-1);
  if (last?.clearedAtMs === null) last.peak = standingPeak;
  return alerts;
}

const delay = fc.constantFrom(undefined, '0s', '3s', '20s', '2m', '15m');
const condition = fc
  .tuple(
    fc.constantFrom<Condition>(
      { metric: 'm', above: [{ limit: 3 }] },
      {
        metric: 'm',
        above: [
          { limit: 2, severity: 'info' },
          { limit: 6, severity: 'critical' },
        ],
        deadband: 1,
      },
      { metric: 'm', outside: [{ range: [3, 6] }], deadband: 1 },
      { metric: 'm', change: { by: 4, within: '1m' }, deadband: 1 },
      { metric: 'm', flat: { for: '30s', tolerance: 1 } },
      { silent: '1m' },
      { silent: 'auto' },
      { expression: 'm > 4 and n < 8' },
      { calibration_due: '14d' },
    ),
    fc.record({ on_delay: delay, off_delay: delay }),
  )
  .map(([when, both]) => JSON.parse(JSON.stringify({ ...when, ...both })) as Condition);
const value = fc.integer({ min: 0, max: 9 });
const steps = fc.array(
  fc.record({
    dt: fc.constantFrom(1, 100, SECOND, 5 * SECOND, 31 * SECOND, MINUTE, 7 * MINUTE, HOUR),
    values: fc.oneof(
      fc.record({ m: value }),
      fc.record({ m: value, n: value }),
      fc.record({ n: value }),
    ),
  }),
  { maxLength: 60 },
);

describe('BacktestRun', () => {
  test('gives what the engine gives live, however the samples are cut into pages', () => {
    let told = 0;
    fc.assert(
      fc.property(condition, steps, fc.integer({ min: 1, max: 70 }), (when, moves, pageSize) => {
        let timeMs = START;
        const { takes, metrics: named } = compileRule(ruleOf(when));
        const metrics =
          takes === 'clock' ? [] : takes === 'arrival' ? ['m', 'n'] : [...new Set(named)];
        const readings = moves
          .map(({ dt, values }) => {
            timeMs += dt;
            return { timeMs, values };
          })
          .filter(({ values }) => takes === 'clock' || metrics.some((metric) => metric in values));
        const toMs = timeMs + 20 * MINUTE;
        const tried = backtest(when, { metrics, readings, toMs, pageSize });
        const run = live(when, { readings, toMs });
        const expected = alertsOf(run.out, run.rule.peakOf(run.state));
        expect(tried.alerts).toEqual(expected);
        expect(tried.alertCount).toBe(expected.length);
        const activeMs = expected.reduce(
          (sum, { startedAtMs, clearedAtMs }) => sum + (clearedAtMs ?? toMs) - startedAtMs,
          0,
        );
        expect(tried.activeMs).toBeCloseTo(activeMs, 3);
        told += expected.length;
      }),
      { numRuns: 600 },
    );
    expect(told).toBeGreaterThan(100);
  });

  const above: Condition = { metric: 'm', above: [{ limit: 5 }] };
  const flicker = (everyMs: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      timeMs: START + at * everyMs,
      values: { m: at % 2 === 0 ? 4 : 6 },
    }));

  test('a sensor chatters with three alerts within a minute, and not with two', () => {
    const rest = { metrics: ['m'], toMs: START + DAY, pageSize: 10 };
    const fast = backtest(above, { ...rest, readings: flicker(15 * SECOND, 6) });
    expect([fast.alertCount, fast.isChattering]).toEqual([3, true]);
    const slow = backtest(above, { ...rest, readings: flicker(16 * SECOND, 6) });
    expect([slow.alertCount, slow.isChattering]).toEqual([3, false]);
  });

  test('keeps no more alerts than asked for and counts every one', () => {
    const readings = flicker(SECOND, 100);
    const span = { metrics: ['m'], readings, toMs: START + 100 * SECOND, pageSize: 7, keep: 3 };
    const run = backtest(above, span);
    expect([run.alerts.length, run.alertCount, run.activeMs]).toEqual([3, 50, 50 * SECOND]);
  });
});
