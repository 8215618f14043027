import { expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { RuleBook } from './rule-book.ts';
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
  return { timers, receive };
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
