import { expect, test } from 'vitest';
import { compileRule } from '#engine/rules/compile-rule.ts';
import { Fleet } from './fleet.ts';
import { RuleBook } from './rule-book.ts';
import { RuleInstance } from './rule-instance.ts';
import { Evaluator } from './stages/evaluate.ts';
import { Timers } from './timers.ts';

const HOUR_MS = 3_600_000;

function sensorUnderWatch() {
  const fleet = new Fleet();
  fleet.setBook(
    'main',
    new RuleBook([], (_rule, error) => {
      throw error;
    }),
  );
  const sensor = fleet.register('main', 'a', { registeredMs: 0 });
  fleet.addSeries(sensor, 'temperature', null);
  const timers = new Timers();
  const evaluator = new Evaluator(timers, 600_000);
  evaluator.last = fleet.last;
  const series = sensor.seriesOf(['temperature'])!;
  let value = 0;
  const receive = (timeMs: number, receivedMs = timeMs) =>
    evaluator.replay({
      ...{ sensor, series, timeMs, receivedMs, offset: 0 },
      values: Float64Array.of(++value),
    });
  return { timers, receive, sensor };
}

test('a sensor that sends more often than it did is missed as soon as that', () => {
  const { timers, receive } = sensorUnderWatch();
  let nowMs = 0;
  for (let n = 0; n < 12; n++) {
    nowMs += HOUR_MS;
    receive(nowMs);
  }
  expect(timers.nextDueMs).toBeGreaterThan(nowMs);
  for (let n = 0; n < 30; n++) {
    nowMs += 10_000;
    receive(nowMs);
  }
  expect(timers.nextDueMs - nowMs).toBeLessThanOrEqual(60_000);
});

test('after the clock was set back, silence is counted from the next reading on', () => {
  const { timers, receive } = sensorUnderWatch();
  let nowMs = 10 * HOUR_MS;
  for (let n = 0; n < 20; n++) {
    nowMs += 10_000;
    receive(nowMs);
  }
  receive(nowMs + 10_000, nowMs - HOUR_MS);
  expect(timers.nextDueMs).toBeLessThanOrEqual(nowMs - HOUR_MS + 60_000);
});

test('entries of rules that were replaced do not pile up until their time comes', () => {
  const { timers, sensor } = sensorUnderWatch();
  const rule = {
    ...{ id: 'due', enabled: true, when: { calibration_due: '30d' } as const },
    ...{ created_at: '2026-11-01T00:00:00Z', updated_at: '2026-11-01T00:00:00Z' },
  };
  sensor.calibrationDateMs = 0;
  let last: RuleInstance | undefined;
  for (let revision = 1; revision <= 20_000; revision++) {
    if (last) last.isRetired = true;
    last = new RuleInstance(compileRule({ ...rule, revision }), sensor);
    timers.schedule(last);
  }
  expect(timers.size).toBeLessThanOrEqual(1024);
  expect(timers.takeDue(400 * 24 * HOUR_MS, 10)).toContain(last);
  expect(timers.takeDue(400 * 24 * HOUR_MS, 10)).toEqual([]);
});

test('they come up in the order of their times after such a tidying up', () => {
  const { timers, sensor } = sensorUnderWatch();
  const rules = Array.from({ length: 3000 }, (_, n) =>
    compileRule({
      ...{
        id: `r${n}`,
        enabled: true,
        revision: 1,
        when: { silent: `${1 + ((n * 7919) % 3000)}s` },
      },
      ...{ created_at: '2026-11-01T00:00:00Z', updated_at: '2026-11-01T00:00:00Z' },
    }),
  );
  sensor.lastReceivedMs = 0;
  const instances = rules.map((each) => new RuleInstance(each, sensor));
  for (const [n, instance] of instances.entries()) {
    timers.schedule(instance);
    if (n % 3 === 0) instance.isRetired = true;
  }
  const due = timers.takeDue(HOUR_MS, 5000);
  expect(due).toHaveLength(2000);
  const times = due.map(({ rule, state }) => rule.dueMs(state, sensor));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
