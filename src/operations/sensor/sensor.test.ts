import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { sensorRow, T0 } from '#test/support/state-rows.ts';
import { getOverview } from '../overview/get.ts';
import { createSensor } from './create.ts';
import { deleteSensor } from './delete.ts';
import { getSensor } from './get.ts';
import { listSensors } from './list.ts';
import type { LiveSensor } from './live-sensors.ts';
import { returnToService, takeOutOfService } from './out-of-service.ts';
import { patchSensor } from './patch.ts';
import { putSensor } from './put.ts';

const live = (status: LiveSensor['status']): LiveSensor => ({
  lastSeenMs: T0,
  cadenceMs: 10_000,
  skewMs: 12.5,
  status,
  last: new Map([['temperature', { timeMs: T0, value: -18.4 }]]),
});

test('a registered sensor is answered in the shape of the contract', async () => {
  const { as, known, state } = await createOperations();
  const ctx = as('main');
  const sensor = await createSensor({
    ctx,
    input: {
      id: 'freezer-3',
      location: 'lyon/kitchen',
      labels: { site: 'lyon' },
      calibration_date: '2026-03-01T01:00:00+01:00',
    },
  });
  const still = {
    id: 'freezer-3',
    name: null,
    location: 'lyon/kitchen',
    labels: { site: 'lyon' },
    parent_id: null,
    calibration_date: '2026-03-01T00:00:00.000Z',
    registered_at: '2026-11-22T05:00:00.000Z',
    updated_at: '2026-11-22T05:00:00.000Z',
  };
  expect(sensor).toEqual({
    ...still,
    metrics: {},
    status: 'never',
    cadence: null,
    skew_ms: null,
    last_seen_at: null,
    out_of_service: null,
  });
  await state.db
    .insertInto('series')
    .values([
      { id: 1, sensor_pk: 1, metric: 'temperature', unit: 'Cel' },
      { id: 2, sensor_pk: 1, metric: 'humidity', unit: null },
    ])
    .execute();
  known.set('main/freezer-3', live('ok'));
  expect(await getSensor({ ctx, input: { id: 'freezer-3' } })).toEqual({
    ...still,
    metrics: {
      humidity: { unit: null, last: null },
      temperature: { unit: 'Cel', last: { timestamp: '2026-11-22T05:00:00.000Z', value: -18.4 } },
    },
    status: 'ok',
    cadence: '10s',
    skew_ms: 13,
    last_seen_at: '2026-11-22T05:00:00.000Z',
    out_of_service: null,
  });
  expect(await auditedActions(state)).toEqual(['sensor.create sensor/freezer-3']);
});

test('an id that is taken is a conflict, and a bad one is refused', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  await createSensor({ ctx, input: { id: 's' } });
  expect(await codeOf(createSensor({ ctx, input: { id: 's' } }))).toBe('conflict');
  for (const id of ['', '..', 'a/b', 'x'.repeat(201), undefined]) {
    expect(await codeOf(createSensor({ ctx, input: { id } }))).toBe('invalid_request');
  }
});

test('PUT registers what is not there and replaces what is', async () => {
  const { as, state, clock, heard } = await createOperations();
  const ctx = as('main');
  const first = await putSensor({ ctx, input: { id: 's', body: { name: 'One', location: 'x' } } });
  expect(first.created).toBe(true);
  clock.advance(1000);
  const second = await putSensor({ ctx, input: { id: 's', body: { id: 's', name: 'Two' } } });
  expect(second).toMatchObject({
    created: false,
    item: { name: 'Two', location: null, updated_at: '2026-11-22T05:00:01.000Z' },
  });
  expect(heard).toEqual(['sensors.changed', 'sensors.changed']);
  expect(await auditedActions(state)).toEqual(['sensor.create sensor/s', 'sensor.put sensor/s']);
  const contradiction = putSensor({ ctx, input: { id: 's', body: { id: 'other' } } });
  expect(await codeOf(contradiction)).toBe('invalid_request');
});

test('an answer can be changed and sent back', async () => {
  const { as, state, known } = await createOperations();
  const ctx = as('main');
  await createSensor({ ctx, input: { id: 's', name: 'One' } });
  await state.db
    .insertInto('series')
    .values({ id: 1, sensor_pk: 1, metric: 'temperature', unit: null })
    .execute();
  known.set('main/s', live('ok'));
  const answer = await getSensor({ ctx, input: { id: 's' } });
  answer.metrics.temperature!.unit = 'Cel';
  const { item } = await putSensor({ ctx, input: { id: 's', body: { ...answer, name: 'Two' } } });
  expect(item).toMatchObject({ name: 'Two', metrics: { temperature: { unit: 'Cel' } } });
});

test('PATCH changes what is given, empties what is null, and leaves the rest', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  await createSensor({
    ctx,
    input: { id: 's', name: 'One', location: 'x', labels: { site: 'lyon', room: 'a' } },
  });
  const patched = await patchSensor({
    ctx,
    input: { id: 's', body: { location: null, labels: { room: null, floor: '2' } } },
  });
  expect(patched).toMatchObject({
    name: 'One',
    location: null,
    labels: { site: 'lyon', floor: '2' },
  });
  expect(await codeOf(patchSensor({ ctx, input: { id: 'zzz', body: {} } }))).toBe('not_found');
  expect(await auditedActions(state)).toEqual(['sensor.create sensor/s', 'sensor.patch sensor/s']);
});

test('a unit of a metric that never came, a parent that is not there, a parent of itself are refused', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  await createSensor({ ctx, input: { id: 's' } });
  await createSensor({ ctx, input: { id: 'parent' } });
  for (const body of [
    { metrics: { temprature: { unit: 'Cel' } } },
    { parent_id: 'nobody' },
    { parent_id: 's' },
  ]) {
    expect(await codeOf(patchSensor({ ctx, input: { id: 's', body } }))).toBe('invalid_request');
  }
  expect(await auditedActions(state)).toHaveLength(2);
  const child = await patchSensor({ ctx, input: { id: 's', body: { parent_id: 'parent' } } });
  expect(child.parent_id).toBe('parent');
});

test('a sensor that is deleted is gone, and deleting it again is not found', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  await createSensor({ ctx, input: { id: 's' } });
  await deleteSensor({ ctx, input: { id: 's' } });
  expect(await codeOf(getSensor({ ctx, input: { id: 's' } }))).toBe('not_found');
  expect(await codeOf(deleteSensor({ ctx, input: { id: 's' } }))).toBe('not_found');
  expect((await auditedActions(state)).at(-1)).toBe('sensor.delete sensor/s');
});

test('pages go through every sensor once, also when some are added between', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  for (const id of ['b', 'd', 'f', 'h', 'k']) await createSensor({ ctx, input: { id } });
  const first = await listSensors({ ctx, input: { limit: 2 } });
  expect(first.items.map(({ id }) => id)).toEqual(['b', 'd']);
  await createSensor({ ctx, input: { id: 'a' } });
  await createSensor({ ctx, input: { id: 'g' } });
  const ids: string[] = [];
  for (let cursor = first.next_cursor; cursor !== null; ) {
    const page = await listSensors({ ctx, input: { limit: 2, cursor } });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(ids).toEqual(['f', 'g', 'h', 'k']);
  expect(await codeOf(listSensors({ ctx, input: { cursor: 'nonsense' } }))).toBe('invalid_request');
});

test('sensors are found by text, labels and status', async () => {
  const { as, known } = await createOperations();
  const ctx = as('main');
  await createSensor({ ctx, input: { id: 'a', name: 'Freezer', labels: { site: 'lyon' } } });
  await createSensor({ ctx, input: { id: 'b', location: 'freezer hall' } });
  await createSensor({ ctx, input: { id: 'c', labels: { site: 'lyon' } } });
  known.set('main/a', live('ok'));
  known.set('main/b', live('silent'));
  const find = async (input: Parameters<typeof listSensors>[0]['input']) =>
    (await listSensors({ ctx, input })).items.map(({ id }) => id).join('');
  expect(await find({ q: 'freezer' })).toBe('ab');
  expect(await find({ labels: { site: 'lyon' } })).toBe('ac');
  expect(await find({ q: 'freezer', labels: { site: 'lyon' } })).toBe('a');
  expect(await find({ status: 'ok' })).toBe('a');
  expect(await find({ status: 'silent' })).toBe('b');
  expect(await find({ status: 'never' })).toBe('c');
  expect(await find({ ids: ['c', 'nobody', 'a'] })).toBe('ac');
  expect(await find({ ids: ['c', 'b'], labels: { site: 'lyon' } })).toBe('c');
});

test('sensors are found by being out of service now, and in service again once its time is over', async () => {
  const { as, known, clock } = await createOperations();
  const ctx = as('main');
  for (const id of ['a', 'b', 'c', 'd']) await createSensor({ ctx, input: { id } });
  known.set('main/b', live('silent'));
  const takeOut = (id: string, more: object = {}) =>
    takeOutOfService({ ctx, input: { id, body: { reason: 'repair', ...more } } });
  await takeOut('a');
  await takeOut('b', { for: '1h' });
  await takeOut('d', { rules: ['silent'] });
  const find = async (input: Parameters<typeof listSensors>[0]['input']) =>
    (await listSensors({ ctx, input })).items.map(({ id }) => id).join('');
  expect(await find({ out_of_service: true })).toBe('abd');
  expect(await find({ out_of_service: false })).toBe('c');
  expect(await find({ out_of_service: true, status: 'silent' })).toBe('b');
  clock.advance(3_600_000);
  expect(await find({ out_of_service: true })).toBe('ad');
  expect(await find({ out_of_service: false })).toBe('bc');
  await returnToService({ ctx, input: { id: 'a' } });
  expect(await find({ out_of_service: true })).toBe('d');
});

test('who names sensors gets all of them on one page, in pages with a limit, and none of others', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const ids = Array.from({ length: 120 }, (_, at) => `s${String(at).padStart(3, '0')}`);
  for (const id of ids) await createSensor({ ctx, input: { id } });
  const all = await listSensors({ ctx, input: { ids } });
  expect([all.items.map(({ id }) => id), all.next_cursor]).toEqual([ids, null]);
  const first = await listSensors({ ctx, input: { ids, limit: 50 } });
  const cursor = first.next_cursor ?? '';
  const second = await listSensors({ ctx, input: { ids, limit: 50, cursor } });
  expect(second.items.map(({ id }) => id)).toEqual(ids.slice(50, 100));
  expect((await listSensors({ ctx: as('other'), input: { ids } })).items).toEqual([]);
  const many = Array.from({ length: 1001 }, (_, at) => `s${at}`);
  for (const wrong of [[], ['a b'], many])
    expect(await codeOf(listSensors({ ctx, input: { ids: wrong } }))).toBe('invalid_request');
});

test('a status is paged through a fleet larger than one portion', async () => {
  const { as, known, state } = await createOperations();
  const rows = Array.from({ length: 2500 }, (_, at) =>
    sensorRow({ pk: at + 1, sensor_id: `s${String(at).padStart(5, '0')}` }),
  );
  for (let at = 0; at < rows.length; at += 500) {
    await state.db
      .insertInto('sensors')
      .values(rows.slice(at, at + 500))
      .execute();
  }
  const silent = ['s00000', 's00999', 's01000', 's02499'];
  for (const id of silent) known.set(`main/${id}`, live('silent'));
  const ctx = as('main');
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await listSensors({
      ctx,
      input: { status: 'silent', limit: 2, ...(cursor === null ? {} : { cursor }) },
    });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(found).toEqual(silent);
});

test('a customer neither sees nor changes the sensors of another', async () => {
  const { as, known } = await createOperations();
  const [ours, theirs] = [as('main'), as('other')];
  await createSensor({ ctx: ours, input: { id: 's', name: 'Ours' } });
  expect((await listSensors({ ctx: theirs, input: {} })).items).toEqual([]);
  for (const work of [
    getSensor({ ctx: theirs, input: { id: 's' } }),
    patchSensor({ ctx: theirs, input: { id: 's', body: { name: 'x' } } }),
    deleteSensor({ ctx: theirs, input: { id: 's' } }),
  ]) {
    expect(await codeOf(work)).toBe('not_found');
  }
  const own = await putSensor({ ctx: theirs, input: { id: 's', body: { name: 'Theirs' } } });
  expect(own.created).toBe(true);
  known.set('main/s', live('ok'));
  expect((await getSensor({ ctx: theirs, input: { id: 's' } })).status).toBe('never');
  expect((await getSensor({ ctx: ours, input: { id: 's' } })).name).toBe('Ours');
  const parent = patchSensor({ ctx: theirs, input: { id: 's', body: { parent_id: 's2' } } });
  await createSensor({ ctx: ours, input: { id: 's2' } });
  expect(await codeOf(parent)).toBe('invalid_request');
});

test('reading needs the scope read, changing the scope admin', async () => {
  const { as } = await createOperations();
  const ctx = as('main', ['ingest']);
  expect(await codeOf(() => getSensor({ ctx, input: { id: 's' } }))).toBe('forbidden');
  expect(await codeOf(listSensors({ ctx, input: {} }))).toBe('forbidden');
  const reader = as('main', ['read']);
  expect(await codeOf(createSensor({ ctx: reader, input: { id: 's' } }))).toBe('forbidden');
  expect(await codeOf(putSensor({ ctx: reader, input: { id: 's', body: {} } }))).toBe('forbidden');
  expect(await codeOf(deleteSensor({ ctx: reader, input: { id: 's' } }))).toBe('forbidden');
});

test('a sensor whose time out of service is over is shown and counted as in service', async () => {
  const { as, clock } = await createOperations();
  const ctx = as('main');
  for (const id of ['a', 'b']) await createSensor({ ctx, input: { id } });
  const out = (id: string, body: object) => takeOutOfService({ ctx, input: { id, body } });
  await out('a', { reason: 'cleaning', for: '10m' });
  await out('b', { reason: 'stored' });
  const outIds = async () =>
    (await listSensors({ ctx, input: {} })).items
      .filter(({ out_of_service: service }) => service !== null)
      .map(({ id }) => id);
  const count = async () => (await getOverview({ ctx })).sensors.out_of_service;
  expect([await outIds(), await count()]).toEqual([['a', 'b'], 2]);
  clock.advance(600_000);
  expect([await outIds(), await count()]).toEqual([['b'], 1]);
  expect((await getSensor({ ctx, input: { id: 'a' } })).out_of_service).toBeNull();
});
