import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { alertRow, T0 } from '#test/support/state-rows.ts';
import { getAlert } from './get.ts';
import { listAlerts } from './list.ts';
import { resetAlert } from './reset.ts';
import { shelveAlert } from './shelve.ts';
import { unshelveAlert } from './unshelve.ts';

const DAY = 86_400_000;

async function start(...rows: Parameters<typeof alertRow>[0][]) {
  const operations = await createOperations();
  for (const row of rows)
    await operations.state.db.insertInto('alerts').values(alertRow(row)).execute();
  const ctx = operations.as('main');
  const shelve = (id: string, body: object) => shelveAlert({ ctx, input: { id, body } });
  return { ...operations, ctx, shelve };
}

test('shelving needs a reason and an end of at most seven days that lies ahead', async () => {
  const { shelve, state } = await start({ id: 'a' });
  const reason = 'Repair';
  for (const body of [
    { for: '1h' },
    { reason },
    { reason: '', for: '1h' },
    { reason, for: '8d' },
    { reason, for: '0s' },
    { reason, until: '2026-11-22T05:00:00Z' },
    { reason, until: '2026-11-22T06:00:00' },
    { reason, for: '1h', until: '2026-11-22T06:00:00Z' },
  ])
    expect(await codeOf(shelve('a', body))).toBe('invalid_request');
  expect(await auditedActions(state)).toEqual([]);
});

test('a shelf says by whom, why and until when; the notifier looks when it is over', async () => {
  const { shelve, state, ctx, heard } = await start({ id: 'a' });
  const alert = await shelve('a', { for: '2h', reason: 'Repair' });
  expect(alert).toMatchObject({
    state: 'active',
    shelved_until: '2026-11-22T07:00:00.000Z',
    shelved_by: 'key:main-key',
    shelve_reason: 'Repair',
  });
  const [row] = await state.db.selectFrom('alerts').selectAll().execute();
  expect(row?.next_repeat_at).toBe(T0 + 2 * 3_600_000);
  const { history } = await getAlert({ ctx, input: { id: 'a', history: true } });
  expect(history).toMatchObject([{ change: 'shelved', by: 'key:main-key', comment: 'Repair' }]);
  expect(await auditedActions(state)).toEqual(['alert.shelve alert/a']);
  expect(heard).toEqual(['alert', 'outbox.filled']);
});

test('one shot needs no end and is none for an alert that has cleared', async () => {
  const { shelve } = await start({ id: 'a' }, { id: 'b', state: 'cleared' });
  const body = { one_shot: true, reason: 'Door open' };
  const until = new Date(T0 + 7 * DAY).toISOString();
  expect(await shelve('a', body)).toMatchObject({ shelve_one_shot: true, shelved_until: until });
  expect(await codeOf(shelve('b', body))).toBe('invalid_state');
  expect(await shelve('b', { for: '1h', reason: 'Chatters' })).toMatchObject({ state: 'cleared' });
});

test('unshelving brings back every alert of the same rule and sensor', async () => {
  const { shelve, ctx, clock } = await start({ id: 'a', state: 'cleared' }, { id: 'b' });
  await shelve('a', { for: '1h', reason: 'x' });
  await shelve('b', { for: '1h', reason: 'x' });
  const shelved = async () =>
    (await listAlerts({ ctx, input: { shelved: true } })).items.map(({ id }) => id).sort();
  expect(await shelved()).toEqual(['a', 'b']);
  expect(await unshelveAlert({ ctx, input: { id: 'a' } })).toMatchObject({ shelved_until: null });
  expect(await shelved()).toEqual([]);
  expect(await codeOf(unshelveAlert({ ctx, input: { id: 'b' } }))).toBe('invalid_state');
  await shelve('b', { for: '1h', reason: 'x' });
  clock.advance(3_600_000);
  expect(await codeOf(unshelveAlert({ ctx, input: { id: 'b' } }))).toBe('invalid_state');
});

test('only a latched alert whose condition has gone can be reset', async () => {
  const { ctx } = await start(
    { id: 'holds' },
    { id: 'gone', returned_at: T0 },
    { id: 'over', state: 'cleared', returned_at: T0 },
  );
  const reset = (id: string) => resetAlert({ ctx, input: { id, body: { comment: 'Seen' } } });
  expect(await codeOf(reset('holds'))).toBe('invalid_state');
  expect(await codeOf(reset('over'))).toBe('invalid_state');
  expect(await codeOf(reset('nobody'))).toBe('not_found');
  expect(await reset('gone')).toMatchObject({
    state: 'cleared',
    cleared_at: '2026-11-22T05:00:00.000Z',
  });
});

test('a reader may do none of this', async () => {
  const { as } = await start({ id: 'a', returned_at: T0 });
  const ctx = as('main', ['read']);
  const body = { for: '1h', reason: 'x' };
  expect(await codeOf(shelveAlert({ ctx, input: { id: 'a', body } }))).toBe('forbidden');
  expect(await codeOf(unshelveAlert({ ctx, input: { id: 'a' } }))).toBe('forbidden');
  expect(await codeOf(resetAlert({ ctx, input: { id: 'a' } }))).toBe('forbidden');
});
