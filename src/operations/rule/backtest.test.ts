import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VigieError } from '#domain/errors.ts';
import { formatTime } from '#domain/time.ts';
import { type ClosableStore, createInProcessState } from '#test/support/in-process-state.ts';
import { MemoryHistory } from '#test/support/memory-history.ts';
import { codeOf, createOperations, type Operations } from '#test/support/operations.ts';
import { sensorRow, T0 } from '#test/support/state-rows.ts';
import { backtestRule } from './backtest.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const times = { from: formatTime(T0), to: formatTime(T0 + HOUR) };
const above = { metric: 'temperature', above: [{ limit: 5 }] };
let operations: Operations;
let state: ClosableStore;

// freezer-1 is too warm for ten minutes; freezer-2 flickers around the limit every 5 s for an hour; freezer-3 of
// another customer is always too warm; door sends one reading a minute for half an hour, then nothing.
beforeAll(async () => {
  const history = new MemoryHistory();
  const put = (id: number, timeMs: number, value: number) => history.add(id, timeMs, value);
  for (let at = 0; at < 60; at++) put(1, T0 + at * MINUTE, at >= 10 && at < 20 ? 5 + at / 10 : 4);
  for (let at = 0; at < 720; at++) put(2, T0 + at * 5000, at % 2 === 0 ? 4.9 : 5.2);
  for (let at = 0; at < 60; at++) put(3, T0 + at * MINUTE, 9);
  for (let at = 0; at < 30; at++) put(4 + (at % 2), T0 + at * MINUTE, at);
  state = await createInProcessState();
  operations = await createOperations({ state, history });
  operations.clock.advance(HOUR);
  const { db } = state;
  await db
    .insertInto('sensors')
    .values([
      sensorRow({ pk: 1, sensor_id: 'freezer-1', labels: '{"site":"lyon"}' }),
      sensorRow({ pk: 2, sensor_id: 'freezer-2' }),
      sensorRow({ pk: 3, sensor_id: 'freezer-3', customer: 'other' }),
      sensorRow({ pk: 4, sensor_id: 'door' }),
    ])
    .execute();
  const series = (id: number, sensor_pk: number, metric: string) => {
    return { id, sensor_pk, metric, unit: null };
  };
  await db
    .insertInto('series')
    .values([
      ...[1, 2, 3].map((id) => series(id, id, 'temperature')),
      series(4, 4, 'open'),
      series(5, 4, 'battery'),
    ])
    .execute();
});
afterAll(() => state.close());

const backtest = (rule: unknown, rest: object = times) =>
  backtestRule({ ctx: operations.as('main'), input: { rule, ...rest } });

test('tells what would have fired, when and how long, on the sensors of the customer alone', async () => {
  const where = { labels: { site: 'lyon' } };
  expect(await backtest({ where, when: above, enabled: false })).toEqual({
    alerts: [
      {
        sensor_id: 'freezer-1',
        severity: 'warning',
        started_at: formatTime(T0 + 10 * MINUTE),
        cleared_at: formatTime(T0 + 20 * MINUTE),
        peak: 6.9,
      },
    ],
    truncated: false,
    summary: { samples: 60, alerts: 1, sensors: 1, seconds_active: 600, chattering: [] },
    suggestion: null,
  });
  const all = await backtest({ when: above });
  expect(all.summary).toMatchObject({ samples: 780, sensors: 3, alerts: 361 });
});

test('where a sensor chatters, the smallest deadband that ends it is suggested, and does end it', async () => {
  const { summary, suggestion } = await backtest({ when: above });
  expect(summary.chattering).toEqual(['freezer-2']);
  expect(suggestion).toEqual({ deadband: 0.15, on_delay: '0s', alerts: 1 });
  const { deadband, on_delay } = suggestion!;
  const calm = await backtest({ when: { ...above, deadband, on_delay } });
  expect(calm.summary).toMatchObject({ alerts: 2, chattering: [] });
});

test('where a condition has no deadband, a delay is suggested', async () => {
  const { suggestion } = await backtest({ when: { expression: 'temperature > 5' } });
  expect(suggestion).toEqual({ deadband: null, on_delay: '1m', alerts: 0 });
});

test('silence is found after the last reading of any metric, and stands to the end', async () => {
  const where = { sensors: ['door'] };
  const { alerts, summary } = await backtest({ where, when: { silent: '10m' } });
  expect(alerts).toEqual([
    {
      sensor_id: 'door',
      severity: 'warning',
      started_at: formatTime(T0 + 39 * MINUTE),
      cleared_at: null,
      peak: null,
    },
  ]);
  expect(summary).toMatchObject({ samples: 30, seconds_active: 21 * 60 });
});

test('nothing is tried beyond now, and a time that lies wholly ahead is refused', async () => {
  const where = { sensors: ['door'] };
  const later = { ...times, to: formatTime(T0 + 5 * HOUR) };
  const { summary } = await backtest({ where, when: { silent: '10m' } }, later);
  expect(summary.seconds_active).toBe(21 * 60);
  const ahead = { from: formatTime(T0 + 2 * HOUR), to: formatTime(T0 + 3 * HOUR) };
  expect(await codeOf(backtest({ when: above }, ahead))).toBe('invalid_request');
  const backwards = { from: times.to, to: times.from };
  expect(await codeOf(backtest({ when: above }, backwards))).toBe('invalid_request');
  expect(await codeOf(backtest({ when: above }, {}))).toBe('invalid_request');
});

test('problems of the rule point into the rule', async () => {
  const error = await backtest({ when: { metric: 'x', above: [] } }).catch((reason) => reason);
  expect(error as VigieError).toMatchObject({ code: 'rule_invalid', pointer: '/rule/when/above' });
  const anomaly = { when: { metric: 't', anomaly: { sensitivity: 'low' } } };
  expect(await codeOf(backtest(anomaly))).toBe('not_supported');
});

test('a rule that covers more than a thousand sensors is refused', async () => {
  const many = await createOperations({ history: new MemoryHistory() });
  many.clock.advance(HOUR);
  const rows = Array.from({ length: 1001 }, (_, at) => sensorRow({ pk: at + 1 }));
  await many.state.db.insertInto('sensors').values(rows).execute();
  const ctx = many.as('main');
  const input = { rule: { when: above }, ...times };
  expect(await codeOf(backtestRule({ ctx, input }))).toBe('invalid_request');
  const named = { when: above, where: { sensors: ['sensor-10*'] } };
  const { summary } = await backtestRule({ ctx, input: { ...input, rule: named } });
  expect(summary.sensors).toBe(13);
});

test('stops when whoever asked is gone, and needs the scope read', async () => {
  const input = { rule: { when: above }, ...times };
  const signal = AbortSignal.abort(new Error('gone'));
  const ctx = operations.as('main');
  await expect(backtestRule({ ctx, input, signal })).rejects.toThrow('gone');
  const sender = operations.as('main', ['ingest']);
  expect(await codeOf(backtestRule({ ctx: sender, input }))).toBe('forbidden');
});

test('two run at once; a third is asked to come again, and may once one has ended', async () => {
  const rule = { when: above };
  const running = [backtest(rule), backtest(rule)];
  const third = await backtest(rule).catch((error: VigieError) => error);
  expect(third).toMatchObject({ code: 'rate_limited', retryAfterSeconds: 5 });
  await Promise.all(running);
  expect((await backtest(rule)).summary.sensors).toBeGreaterThan(0);
  expect(await codeOf(backtest({ when: {} }))).toBe('rule_invalid');
  expect((await backtest(rule)).summary.sensors).toBeGreaterThan(0);
});
