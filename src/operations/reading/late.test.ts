import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { CommitUnit } from '#storage/commit-store.ts';
import { emptyUnit } from '#test/support/commit-units.ts';
import { openEmbeddedOperations } from '#test/support/embedded-operations.ts';
import { codeOf, type Operations } from '#test/support/operations.ts';
import { sensorRow, T0 } from '#test/support/state-rows.ts';
import { lateReadings } from './late.ts';

// Over the embedded stores: freezer-3 is registered at T0 and sends each minute; its hour from T0 + 1 h on came at
// T0 + 3 h, and a single sample of T0 + 2 h 30 min with it. The hour before its registration was imported at T0 + 3 h.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let operations: Operations;
let commit: (unit: CommitUnit) => Promise<void>;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ operations, commit, close } = await openEmbeddedOperations());
  operations.clock.advance(4 * HOUR);
  const minutes = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => T0 + (from + at) * MINUTE);
  const samples = (times: number[]) => ({
    count: times.length,
    series: new Int32Array(times.length).fill(1),
    timesMs: Float64Array.from(times),
    values: new Float64Array(times.length).fill(-18),
    replacing: new Int32Array(0),
  });
  const temperature = { id: 1, sensor_pk: 1, metric: 'temperature', unit: 'Cel' };
  await commit({
    ...emptyUnit(1, samples(minutes(0, 1))),
    receivedMs: T0,
    newSensors: [
      sensorRow({ pk: 1, sensor_id: 'freezer-3' }),
      sensorRow({ pk: 2, sensor_id: 'new' }),
    ],
    newSeries: [temperature, { id: 2, sensor_pk: 1, metric: 'humidity', unit: null }],
  });
  const fresh = { ...emptyUnit(2, samples(minutes(179, 1))), receivedMs: T0 + 3 * HOUR };
  await commit(fresh);
  const late = samples([...minutes(60, 60), ...minutes(150, 1), ...minutes(-60, 60)]);
  await commit({ ...emptyUnit(3, late), receivedMs: T0 + 3 * HOUR });
});
afterAll(() => close());

const ask = (query: object, { id = 'freezer-3', customer = 'main' } = {}) =>
  lateReadings({ ctx: operations.as(customer), input: { id, query } });

function knowCadence(cadenceMs: number): void {
  const known = { lastSeenMs: T0, cadenceMs, skewMs: undefined, last: new Map() };
  operations.known.set('main/freezer-3', { ...known, status: 'ok' });
  onTestFinished(() => operations.known.clear());
}

test('stretches of late samples are told with how many and the longest delay; what was imported is not late', async () => {
  expect(await ask({ metric: 'temperature', to: '2026-11-22T09:00:00Z' })).toEqual({
    sensor_id: 'freezer-3',
    metric: 'temperature',
    unit: 'Cel',
    late_after: '10m',
    from: '2026-11-22T05:00:00.000Z',
    to: '2026-11-22T09:00:00.000Z',
    truncated: false,
    stretches: [
      {
        from: '2026-11-22T06:00:00.000Z',
        to: '2026-11-22T06:59:00.000Z',
        samples: 60,
        longest_delay: '2h',
      },
      {
        from: '2026-11-22T07:30:00.000Z',
        to: '2026-11-22T07:30:00.000Z',
        samples: 1,
        longest_delay: '30m',
      },
    ],
  });
});

test('a range has a from that is looked at and a to that is not', async () => {
  const range = { from: '2026-11-22T06:50:00Z', to: '2026-11-22T07:30:00Z', points: 40 };
  const { from, stretches } = await ask({ metric: 'temperature', ...range });
  expect(from).toBe('2026-11-22T06:50:00.000Z');
  expect(stretches.map(({ samples }) => samples)).toEqual([10]);
  const before = { from: '2026-11-22T03:00:00Z', to: '2026-11-22T04:30:00Z' };
  expect(await ask({ metric: 'temperature', ...before })).toMatchObject({
    from: '2026-11-22T04:30:00.000Z',
    truncated: false,
    stretches: [],
  });
});

test('there are no more stretches than points, and none is lost', async () => {
  const range = { from: '2026-11-22T05:00:00Z', to: '2026-11-22T09:00:00Z' };
  for (const points of [1, 2, 5, 40, 1000]) {
    const { stretches } = await ask({ metric: 'temperature', ...range, points });
    expect(stretches.length).toBeLessThanOrEqual(points);
    expect(stretches.reduce((sum, { samples }) => sum + samples, 0)).toBe(61);
  }
});

test('samples at the own pace of the sensor are one stretch, however closely one looks', async () => {
  const range = { from: '2026-11-22T06:00:00Z', to: '2026-11-22T06:10:00Z' };
  const closely = { metric: 'temperature', ...range, points: 1000 };
  expect((await ask(closely)).stretches).toHaveLength(10);
  knowCadence(MINUTE);
  expect((await ask(closely)).stretches).toHaveLength(1);
});

test('an engine that could look no further back says so', async () => {
  const ctx = operations.as('main');
  const history: typeof ctx.history = Object.create(ctx.history);
  history.late = (range) => ctx.history.late({ ...range, fromMs: range.fromMs + 2 * HOUR });
  const query = { metric: 'temperature', from: '2026-11-22T05:00:00Z' };
  const input = { id: 'freezer-3', query };
  const { from, truncated, stretches } = await lateReadings({ ctx: { ...ctx, history }, input });
  expect([from, truncated]).toEqual(['2026-11-22T07:00:00.000Z', true]);
  expect(stretches.map(({ samples }) => samples)).toEqual([1]);
});

test('where a sensor is thought slower than it is, fresh samples between late ones still part them', async () => {
  knowCadence(2 * HOUR);
  const range = { from: '2026-11-22T06:00:00Z', to: '2026-11-22T08:00:00Z' };
  expect((await ask({ metric: 'temperature', ...range })).stretches).toHaveLength(2);
});

test.each([
  ['an unknown metric', { metric: 'pressure' }, 'not_found'],
  ['no metric where there are several', {}, 'invalid_request'],
  ['more points than anybody sees', { metric: 'temperature', points: 1001 }, 'invalid_request'],
  ['an interval', { metric: 'temperature', interval: '5m' }, 'invalid_request'],
])('%s is refused', async (_what, query, code) => {
  expect(await codeOf(ask(query))).toBe(code);
});

test('only who may read the sensor is told', async () => {
  const query = { metric: 'temperature' };
  expect(await codeOf(ask(query, { customer: 'other' }))).toBe('not_found');
  expect(await codeOf(ask(query, { id: 'new' }))).toBe('not_found');
  const ctx = operations.as('main', ['ingest']);
  expect(await codeOf(lateReadings({ ctx, input: { id: 'freezer-3', query } }))).toBe('forbidden');
});
