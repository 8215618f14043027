import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BucketsAnswer, SamplesAnswer } from '#domain/history.ts';
import type { CommitUnit } from '#storage/commit-store.ts';
import { openEmbeddedOperations } from '#test/support/embedded-operations.ts';
import { codeOf, type Operations } from '#test/support/operations.ts';
import { sensorRow, T0 } from '#test/support/state-rows.ts';
import { exportReadings } from './export.ts';
import { latestReadings } from './latest.ts';
import { queryReadings } from './query.ts';

// Over the embedded stores: freezer-3 has a temperature each minute of the last hour, and one humidity.
const MINUTE = 60_000;
const SAMPLES = 60;
let operations: Operations;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openEmbeddedOperations();
  ({ operations, close } = opened);
  operations.clock.advance(3_600_000);
  await opened.commit(unit());
});
afterAll(() => close());

function unit(): CommitUnit {
  const times = Array.from({ length: SAMPLES }, (_, at) => T0 + at * MINUTE);
  return {
    journalId: 1,
    receivedMs: T0 + 3_600_000,
    nextOffset: undefined,
    samples: {
      count: SAMPLES + 2,
      series: Int32Array.from([...times.map(() => 1), 2, 3]),
      timesMs: Float64Array.from([...times, T0 + 0.125, T0]),
      values: Float64Array.from([...times.map((_, at) => -18 + at / 10), 41, 7]),
      replacing: new Int32Array(0),
    },
    newSensors: [
      sensorRow({ pk: 1, sensor_id: 'freezer-3' }),
      sensorRow({ pk: 2, sensor_id: 'freezer-3', customer: 'other' }),
      sensorRow({ pk: 3, sensor_id: 'new' }),
    ],
    sensorUpdates: [],
    newSeries: [
      { id: 1, sensor_pk: 1, metric: 'temperature', unit: 'Cel' },
      { id: 2, sensor_pk: 1, metric: 'humidity', unit: null },
      { id: 3, sensor_pk: 2, metric: 'level', unit: 'm' },
    ],
    ...{ seriesUpdates: [], newAlerts: [], alertUpdates: [], alertChanges: [] },
    ...{ notifications: [], deadLetters: [], sensorStates: [], audit: [], removedSensors: [] },
  };
}

const ask = (query: object, { id = 'freezer-3', customer = 'main' } = {}) =>
  queryReadings({ ctx: operations.as(customer), input: { id, query } });

test('samples are answered as the contract says, the last 24 hours unless bounded', async () => {
  const answer = (await ask({ metric: 'temperature' })) as SamplesAnswer;
  expect(answer).toMatchObject({
    sensor_id: 'freezer-3',
    metric: 'temperature',
    unit: 'Cel',
    next_cursor: null,
  });
  expect(answer.samples).toHaveLength(SAMPLES);
  expect(answer.samples[0]).toEqual(['2026-11-22T05:00:00.000Z', -18]);
  expect(answer.samples[59]).toEqual(['2026-11-22T05:59:00.000Z', -12.1]);
  expect(await ask({ metric: 'humidity' })).toEqual({
    sensor_id: 'freezer-3',
    metric: 'humidity',
    unit: null,
    samples: [['2026-11-22T05:00:00.000125Z', 41]],
    next_cursor: null,
  });
});

test('from is inclusive and to exclusive', async () => {
  const range = { from: '2026-11-22T06:10:00+01:00', to: '2026-11-22T05:12:00Z' };
  const answer = (await ask({ metric: 'temperature', ...range })) as SamplesAnswer;
  expect(answer.samples.map(([time]) => time)).toEqual([
    '2026-11-22T05:10:00.000Z',
    '2026-11-22T05:11:00.000Z',
  ]);
});

test('pages of samples and of buckets go through all of them once', async () => {
  const collect = async (query: object) => {
    const times: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const answer = await ask({ ...query, ...(cursor === null ? {} : { cursor }) });
      if ('samples' in answer) times.push(...answer.samples.map(([time]) => time));
      else times.push(...answer.buckets.map(({ timestamp }) => timestamp));
      cursor = answer.next_cursor;
      pages++;
    } while (cursor !== null);
    expect(new Set(times).size).toBe(times.length);
    return [times.length, pages];
  };
  expect(await collect({ metric: 'temperature', limit: 25 })).toEqual([60, 3]);
  expect(await collect({ metric: 'temperature', limit: 30 })).toEqual([60, 2]);
  expect(await collect({ metric: 'temperature', interval: '5m', limit: 5 })).toEqual([12, 3]);
});

test('in descending order pages go back from the newest, and a cursor is good for its own order alone', async () => {
  const temperature = { metric: 'temperature' };
  const collect = async (query: object) => {
    const times: string[] = [];
    let cursor: string | null = null;
    do {
      const answer = await ask({
        ...temperature,
        ...query,
        ...(cursor === null ? {} : { cursor }),
      });
      const rows = 'samples' in answer ? answer.samples.map(([time]) => time) : undefined;
      times.push(...(rows ?? (answer as BucketsAnswer).buckets.map(({ timestamp }) => timestamp)));
      cursor = answer.next_cursor;
    } while (cursor !== null);
    return times;
  };
  for (const query of [{ limit: 25 }, { limit: 30 }, { interval: '5m', limit: 5 }]) {
    const ascending = await collect(query);
    expect(await collect({ ...query, order: 'desc' })).toEqual(ascending.toReversed());
  }
  const { next_cursor: forwards } = await ask({ ...temperature, limit: 5 });
  const { next_cursor: back } = await ask({ ...temperature, limit: 5, order: 'desc' });
  const mixed = [{ cursor: forwards, order: 'desc' }, { cursor: back }];
  for (const query of mixed) {
    expect(await codeOf(ask({ ...temperature, ...query }))).toBe('invalid_request');
  }
});

test('buckets keep the extremes and say their interval', async () => {
  const answer = (await ask({ metric: 'temperature', interval: '30m' })) as BucketsAnswer;
  expect(answer).toEqual({
    sensor_id: 'freezer-3',
    metric: 'temperature',
    unit: 'Cel',
    interval: '30m',
    buckets: [
      {
        timestamp: '2026-11-22T05:00:00.000Z',
        min: -18,
        mean: expect.closeTo(-16.55),
        max: -15.1,
        count: 30,
      },
      {
        timestamp: '2026-11-22T05:30:00.000Z',
        min: -15,
        mean: expect.closeTo(-13.55),
        max: -12.1,
        count: 30,
      },
    ],
    next_cursor: null,
  });
});

test('points choose an interval that makes no more buckets', async () => {
  const range = { from: '2026-11-22T05:00:00Z', to: '2026-11-22T06:00:00Z' };
  const query = { metric: 'temperature', points: 10, ...range };
  const answer = (await ask(query)) as BucketsAnswer;
  expect(answer.interval).toBe('10m');
  expect(answer.buckets.map(({ count }) => count)).toEqual([10, 10, 10, 10, 10, 10]);
});

test('without a metric the only one is meant, and several have to be told apart', async () => {
  const only = await ask({}, { customer: 'other' });
  expect(only).toMatchObject({ metric: 'level', unit: 'm' });
  await expect(ask({})).rejects.toMatchObject({
    code: 'invalid_request',
    extra: { errors: [{ pointer: '/metric', detail: expect.stringContaining('humidity, temp') }] },
  });
});

test.each([
  ['an unknown metric', { metric: 'pressure' }, 'not_found'],
  ['a limit beyond the contract', { metric: 'temperature', limit: 100_001 }, 'invalid_request'],
  ['an interval of nothing', { metric: 'temperature', interval: '0s' }, 'invalid_request'],
  [
    'a time without offset',
    { metric: 'temperature', from: '2026-11-22T05:00:00' },
    'invalid_request',
  ],
  [
    'an end before the beginning',
    { metric: 'temperature', from: '2026-11-22T06:00:00Z', to: '2026-11-22T05:00:00Z' },
    'invalid_request',
  ],
  ['a cursor of nobody', { metric: 'temperature', cursor: 'x' }, 'invalid_request'],
  ['an unknown field', { metric: 'temperature', form: 'x' }, 'invalid_request'],
])('%s is refused', async (_what, query, code) => {
  expect(await codeOf(ask(query))).toBe(code);
});

test('a sensor that has sent nothing, and one that is not there, are not found', async () => {
  expect(await codeOf(ask({}, { id: 'new' }))).toBe('not_found');
  expect(await codeOf(ask({ metric: 'temperature' }, { id: 'nobody' }))).toBe('not_found');
});

test('a customer reads neither the samples of another nor goes on from their cursor', async () => {
  const theirs = { customer: 'other' };
  expect(await codeOf(ask({ metric: 'temperature' }, theirs))).toBe('not_found');
  const { next_cursor: cursor } = await ask({ metric: 'temperature', limit: 1 });
  expect(await codeOf(ask({ metric: 'level', cursor }, theirs))).toBe('invalid_request');
  const file = await exportReadings({ ctx: operations.as('other'), input: {} });
  expect(await textOf(file.bytes)).not.toContain('temperature');
});

test('the latest values come with units, and nothing where none is known', async () => {
  operations.known.set('main/freezer-3', {
    lastSeenMs: T0,
    cadenceMs: undefined,
    skewMs: undefined,
    status: 'ok',
    last: new Map([['temperature', { timeMs: T0, value: -12.1 }]]),
  });
  const ctx = operations.as('main');
  expect(await latestReadings({ ctx, input: { id: 'freezer-3' } })).toEqual({
    sensor_id: 'freezer-3',
    metrics: {
      humidity: { unit: null, last: null },
      temperature: { unit: 'Cel', last: { timestamp: '2026-11-22T05:00:00.000Z', value: -12.1 } },
    },
  });
  expect(await codeOf(latestReadings({ ctx, input: { id: 'nobody' } }))).toBe('not_found');
});

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(bytes)).toString('utf8');
}

test('an export is CSV unless another format is asked for, and holds what was asked for', async () => {
  const ctx = operations.as('main');
  const all = await exportReadings({ ctx, input: {} });
  expect(all).toMatchObject({
    contentType: 'text/csv; charset=utf-8',
    fileName: 'vigie-readings.csv',
  });
  const lines = (await textOf(all.bytes)).trim().split('\n');
  expect(lines).toHaveLength(1 + SAMPLES + 1);
  expect(lines[0]).toMatch(/^sensor_id,metric,unit,timestamp,value/);
  const some = await exportReadings({
    ctx,
    input: {
      format: 'json',
      sensors: ['freez*'],
      metric: 'temperature',
      from: '2026-11-22T05:58:00Z',
    },
  });
  expect(some.contentType).toBe('application/json');
  expect(JSON.parse(await textOf(some.bytes))).toHaveLength(2);
  const one = await exportReadings({ ctx, input: { sensors: ['freezer-3', 'nobody', 'new'] } });
  expect((await textOf(one.bytes)).trim().split('\n')).toHaveLength(1 + SAMPLES + 1);
  const parquet = await exportReadings({ ctx, input: { format: 'parquet' } });
  expect((await textOf(parquet.bytes)).slice(0, 4)).toBe('PAR1');
});

test('reading needs the scope read', async () => {
  const ctx = operations.as('main', ['ingest']);
  const input = { id: 'freezer-3' };
  expect(await codeOf(queryReadings({ ctx, input: { ...input, query: {} } }))).toBe('forbidden');
  expect(await codeOf(latestReadings({ ctx, input }))).toBe('forbidden');
  expect(await codeOf(exportReadings({ ctx, input: {} }))).toBe('forbidden');
});
