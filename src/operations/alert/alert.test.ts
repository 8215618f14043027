import { expect, test } from 'vitest';
import type { Policy } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow, sensorRow, T0 } from '#test/support/state-rows.ts';
import { createContact } from '../contact/create.ts';
import { listDeliveries } from '../delivery/list.ts';
import { createPolicy } from '../policy/create.ts';
import { acknowledgeAlert } from './acknowledge.ts';
import { assignAlert } from './assign.ts';
import { commentAlert } from './comment.ts';
import { getAlert } from './get.ts';
import { listAlerts } from './list.ts';

async function start(...rows: ReturnType<typeof alertRow>[]) {
  const operations = await createOperations();
  for (const row of rows) await operations.state.db.insertInto('alerts').values(row).execute();
  return { ...operations, ctx: operations.as('main') };
}

test('an alert is answered in the shape of the contract', async () => {
  const { ctx } = await start(alertRow({ id: 'a' }));
  expect(await getAlert({ ctx, input: { id: 'a' } })).toEqual({
    id: 'a',
    rule_id: 'too-warm',
    sensor_id: 'sensor-1',
    sensor_name: null,
    metric: 'temperature',
    condition: 'above',
    state: 'active',
    severity: 'warning',
    acknowledged: false,
    shelved_until: null,
    shelved_by: null,
    shelve_reason: null,
    shelve_one_shot: false,
    returned_at: null,
    first_of_storm: false,
    suppressed_by: null,
    assignee: null,
    value: 9.1,
    limit: 8,
    unit: 'Cel',
    peak: 9.1,
    started_at: '2026-11-22T05:00:00.000Z',
    received_at: '2026-11-22T05:00:00.000Z',
    cleared_at: null,
    acknowledged_at: null,
    acknowledged_by: null,
  });
});

test('alerts say what people call their sensors, each customer its own', async () => {
  const { ctx, state } = await start(
    alertRow({ id: 'a' }),
    alertRow({ id: 'b', sensor_id: 'sensor-2' }),
    alertRow({ id: 'c', sensor_id: 'gone' }),
  );
  const sensors = [
    sensorRow({ pk: 1, sensor_id: 'sensor-1', name: 'Oven' }),
    sensorRow({ pk: 2, sensor_id: 'sensor-2', name: null }),
    sensorRow({ pk: 3, sensor_id: 'sensor-2', name: 'Not ours', customer: 'other' }),
  ];
  await state.db.insertInto('sensors').values(sensors).execute();
  const { items } = await listAlerts({ ctx, input: {} });
  const names = items.map(({ id, sensor_name }) => [id, sensor_name]);
  expect(Object.fromEntries(names)).toEqual({ a: 'Oven', b: null, c: null });
  const one = await getAlert({ ctx, input: { id: 'a', history: true } });
  expect(one.sensor_name).toBe('Oven');
});

test('acknowledging stops the repeats, is kept in the history, and is told to whoever listens', async () => {
  const { ctx, state, heard, clock } = await start(alertRow({ id: 'a', next_repeat_at: T0 + 9 }));
  clock.advance(60_000);
  const body = { comment: 'On my way' };
  const alert = await acknowledgeAlert({ ctx, input: { id: 'a', body } });
  expect(alert).toMatchObject({
    acknowledged: true,
    acknowledged_at: '2026-11-22T05:01:00.000Z',
    acknowledged_by: 'key:main-key',
    state: 'active',
  });
  const entry = {
    at: '2026-11-22T05:01:00.000Z',
    by: 'key:main-key',
    change: 'acknowledged',
    severity: 'warning',
    comment: 'On my way',
  };
  expect((await getAlert({ ctx, input: { id: 'a', history: true } })).history).toEqual([entry]);
  const [row] = await state.db.selectFrom('alerts').select('next_repeat_at').execute();
  expect(row?.next_repeat_at).toBeNull();
  expect(heard).toEqual(['alert']);
  expect(await auditedActions(state)).toEqual(['alert.acknowledge alert/a']);
});

test('acknowledging twice is refused, and leaves neither history nor audit; a cleared alert can be acknowledged', async () => {
  const { ctx, state } = await start(
    alertRow({ id: 'a' }),
    alertRow({ id: 'b', state: 'cleared', cleared_at: T0 }),
  );
  await acknowledgeAlert({ ctx, input: { id: 'a' } });
  expect(await codeOf(acknowledgeAlert({ ctx, input: { id: 'a' } }))).toBe('invalid_state');
  expect((await getAlert({ ctx, input: { id: 'a', history: true } })).history).toHaveLength(1);
  expect(await auditedActions(state)).toHaveLength(1);
  expect(await acknowledgeAlert({ ctx, input: { id: 'b' } })).toMatchObject({
    state: 'cleared',
    acknowledged: true,
  });
});

test('those whose policy asks for acknowledgements hear of them, and nobody else', async () => {
  const { ctx, state, heard } = await start(alertRow({ id: 'a' }), alertRow({ id: 'b' }));
  await state.db
    .insertInto('sensors')
    .values(sensorRow({ pk: 1, location: 'lyon', labels: '{"site":"lyon"}' }))
    .execute();
  for (const id of ['anne', 'bob']) {
    const settings = { to: `${id}@example.org` };
    await createContact({ ctx, input: { id, channel: 'email', settings } });
  }
  const policy = (id: string, contact: string, on: Policy['on']) =>
    createPolicy({
      ctx,
      input: { id, match: { labels: { site: 'lyon' } }, steps: [{ contacts: [contact] }], on },
    });
  await policy('p1', 'bob', ['raised']);
  await acknowledgeAlert({ ctx, input: { id: 'a' } });
  expect((await listDeliveries({ ctx, input: {} })).items).toEqual([]);
  await policy('p2', 'anne', ['raised', 'acknowledged']);
  await acknowledgeAlert({ ctx, input: { id: 'b', body: { comment: 'Seen' } } });
  const deliveries = (await listDeliveries({ ctx, input: {} })).items;
  expect(deliveries).toMatchObject([
    { alert_id: 'b', contact_id: 'anne', channel: 'email', type: 'acknowledged', state: 'queued' },
  ]);
  expect(heard.slice(-2)).toEqual(['alert', 'outbox.filled']);
  const [row] = await state.db.selectFrom('notifications').selectAll().execute();
  const payload = JSON.parse(row!.payload) as NotificationPayload;
  expect(payload.alert).toMatchObject({ id: 'b', acknowledged: true });
  expect(payload.sensor).toEqual({
    id: 'sensor-1',
    name: null,
    location: 'lyon',
    labels: { site: 'lyon' },
  });
});

test('a comment and an assignment answer the alert and stand in its history', async () => {
  const { ctx, heard, state } = await start(alertRow({ id: 'a' }));
  const comment = { comment: 'Door was open' };
  await commentAlert({ ctx, input: { id: 'a', body: comment } });
  const assigned = await assignAlert({ ctx, input: { id: 'a', body: { assignee: 'anne' } } });
  expect(assigned).toMatchObject({ assignee: 'anne', acknowledged: false });
  const freed = await assignAlert({ ctx, input: { id: 'a', body: { assignee: null } } });
  expect(freed.assignee).toBeNull();
  const { history } = await getAlert({ ctx, input: { id: 'a', history: true } });
  expect(history?.map(({ change, comment }) => [change, comment])).toEqual([
    ['commented', 'Door was open'],
    ['assigned', 'anne'],
    ['assigned', null],
  ]);
  expect(heard).toEqual(['alert', 'alert', 'alert']);
  expect(await auditedActions(state)).toEqual([
    'alert.comment alert/a',
    'alert.assign alert/a',
    'alert.assign alert/a',
  ]);
});

test('an empty comment or an assignment without a name is refused', async () => {
  const { ctx } = await start(alertRow({ id: 'a' }));
  const invalid = 'invalid_request';
  for (const body of [undefined, {}, { comment: '' }, { comment: 5 }]) {
    expect(await codeOf(() => commentAlert({ ctx, input: { id: 'a', body } }))).toBe(invalid);
  }
  expect(await codeOf(() => assignAlert({ ctx, input: { id: 'a', body: {} } }))).toBe(invalid);
  const extra = { comment: 'x', shelve: true };
  expect(await codeOf(acknowledgeAlert({ ctx, input: { id: 'a', body: extra } }))).toBe(invalid);
});

test('alerts are filtered, newest first', async () => {
  const { ctx } = await start(
    alertRow({ id: 'a' }),
    alertRow({ id: 'b', started_at: T0 + 1000, severity: 'critical', acknowledged: 1 }),
    alertRow({ id: 'c', started_at: T0 + 2000, state: 'cleared', rule_id: 'other' }),
    alertRow({ id: 'd', started_at: T0 + 3000, sensor_id: 'sensor-2' }),
  );
  const find = async (input: Parameters<typeof listAlerts>[0]['input']) =>
    (await listAlerts({ ctx, input })).items.map(({ id }) => id).join('');
  expect(await find({})).toBe('dcba');
  expect(await find({ state: 'active' })).toBe('dba');
  expect(await find({ severity: 'critical' })).toBe('b');
  expect(await find({ sensor_id: 'sensor-2' })).toBe('d');
  expect(await find({ rule_id: 'other' })).toBe('c');
  expect(await find({ acknowledged: false })).toBe('dca');
  expect(await find({ from: '2026-11-22T06:00:01+01:00', to: '2026-11-22T05:00:03Z' })).toBe('cb');
  const backwards = { from: '2026-11-22T05:00:03Z', to: '2026-11-22T05:00:01Z' };
  expect(await codeOf(listAlerts({ ctx, input: backwards }))).toBe('invalid_request');
});

test('pages go through every alert once, also when newer ones come between and times are equal', async () => {
  const rows = Array.from({ length: 7 }, (_, at) =>
    alertRow({ id: `a${at}`, started_at: T0 + Math.floor(at / 3) }),
  );
  const { ctx, state } = await start(...rows);
  const first = await listAlerts({ ctx, input: { limit: 3 } });
  expect(first.items.map(({ id }) => id)).toEqual(['a6', 'a5', 'a4']);
  await state.db
    .insertInto('alerts')
    .values(alertRow({ id: 'new', started_at: T0 + 99 }))
    .execute();
  const ids: string[] = [];
  for (let cursor = first.next_cursor; cursor !== null; ) {
    const page = await listAlerts({ ctx, input: { limit: 3, cursor } });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(ids).toEqual(['a3', 'a2', 'a1', 'a0']);
});

test('a customer neither sees nor changes the alerts of another', async () => {
  const { as, ctx, state } = await start(alertRow({ id: 'a' }));
  const theirs = as('other');
  const work = {
    get: getAlert({ ctx: theirs, input: { id: 'a', history: true } }),
    acknowledge: acknowledgeAlert({ ctx: theirs, input: { id: 'a' } }),
    comment: commentAlert({ ctx: theirs, input: { id: 'a', body: { comment: 'x' } } }),
    assign: assignAlert({ ctx: theirs, input: { id: 'a', body: { assignee: 'x' } } }),
  };
  for (const promise of Object.values(work)) expect(await codeOf(promise)).toBe('not_found');
  expect((await listAlerts({ ctx: theirs, input: {} })).items).toEqual([]);
  expect((await getAlert({ ctx, input: { id: 'a', history: true } })).history).toEqual([]);
  expect(await auditedActions(state, 'other')).toEqual([]);
});

test('reading alerts needs the scope read, changing them admin', async () => {
  const { as } = await start(alertRow({ id: 'a' }));
  const reader = as('main', ['read']);
  expect(await codeOf(getAlert({ ctx: reader, input: { id: 'a' } }))).toBeUndefined();
  expect(await codeOf(acknowledgeAlert({ ctx: reader, input: { id: 'a' } }))).toBe('forbidden');
  const sender = as('main', ['ingest']);
  expect(await codeOf(listAlerts({ ctx: sender, input: {} }))).toBe('forbidden');
});
