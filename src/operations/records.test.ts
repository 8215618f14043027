import { expect, test } from 'vitest';
import { codeOf, createOperations } from '#test/support/operations.ts';
import { notificationRow, T0 } from '#test/support/state-rows.ts';
import { listAudit } from './audit/list.ts';
import { createContact } from './contact/create.ts';
import { deleteContact } from './contact/delete.ts';
import { listDeadLetters } from './dead-letter/list.ts';
import { getDelivery } from './delivery/get.ts';
import { listDeliveries } from './delivery/list.ts';

// What is only ever read: deliveries, dead letters, the audit.

const letter = (customer: string, more: object = {}) => ({
  ...{ customer, received_at: T0, source: 'http', sensor_id: null, code: 'invalid_json' },
  ...{ pointer: '', detail: 'x', payload: '{' },
  ...more,
});

test('deliveries are answered in the shape of the contract, one customer apart from another', async () => {
  const { as, state } = await createOperations();
  const [ours, theirs] = [as('main'), as('other')];
  await state.db
    .insertInto('notifications')
    .values([
      notificationRow({ id: 'n1' }),
      notificationRow({ id: 'n2', created_at: T0 + 1, contact_id: 'hook' }),
      notificationRow({ id: 'n3', customer: 'other' }),
    ])
    .execute();
  const { items } = await listDeliveries({ ctx: ours, input: {} });
  expect(items.map(({ id }) => id)).toEqual(['n2', 'n1']);
  expect(items[1]).toEqual({
    id: 'n1',
    alert_id: 'alert-1',
    contact_id: 'anne',
    channel: 'webhook',
    type: 'raised',
    state: 'queued',
    attempts: [],
    receipt: null,
    created_at: '2026-11-22T05:00:00.000Z',
    next_attempt_at: '2026-11-22T05:00:00.000Z',
    policy_id: null,
    step: null,
    digest_id: null,
    left_out: null,
    fallback_for: null,
  });
  const found = await listDeliveries({ ctx: ours, input: { contact_id: 'hook', state: 'queued' } });
  expect(found.items.map(({ id }) => id)).toEqual(['n2']);
  expect(await getDelivery({ ctx: ours, input: { id: 'n1' } })).toEqual(items[1]);
  expect(await codeOf(getDelivery({ ctx: theirs, input: { id: 'n1' } }))).toBe('not_found');
  const page = await listDeliveries({ ctx: ours, input: { limit: 1 } });
  const rest = await listDeliveries({ ctx: ours, input: { cursor: page.next_cursor! } });
  expect(rest).toEqual({ items: [items[1]], next_cursor: null });
});

test('dead letters are answered whole, filtered, one customer apart from another', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  for (const row of [
    letter('main'),
    letter('main', { code: 'value_not_finite', sensor_id: 's', received_at: T0 + 1000 }),
    letter('other'),
  ]) {
    await state.db.insertInto('dead_letters').values(row).execute();
  }
  const { items, next_cursor } = await listDeadLetters({ ctx, input: {} });
  expect(next_cursor).toBeNull();
  expect(items).toEqual([
    {
      id: '2',
      received_at: '2026-11-22T05:00:01.000Z',
      source: 'http',
      sensor_id: 's',
      code: 'value_not_finite',
      pointer: '',
      detail: 'x',
      payload: '{',
    },
    expect.objectContaining({ id: '1', sensor_id: null, code: 'invalid_json' }),
  ]);
  const find = async (input: Parameters<typeof listDeadLetters>[0]['input']) =>
    (await listDeadLetters({ ctx, input })).items.map(({ id }) => id).join('');
  expect(await find({ code: 'invalid_json' })).toBe('1');
  expect(await find({ sensor_id: 's' })).toBe('2');
  expect(await find({ to: '2026-11-22T05:00:01Z' })).toBe('1');
  const page = await listDeadLetters({ ctx, input: { limit: 1 } });
  expect(await find({ cursor: page.next_cursor! })).toBe('1');
  expect((await listDeadLetters({ ctx: as('other'), input: {} })).items).toHaveLength(1);
});

test('the audit tells who did what, to those who administer', async () => {
  const { as } = await createOperations();
  const [ours, theirs] = [as('main'), as('other')];
  const input = { id: 'anne', channel: 'email', settings: { to: 'anne@example.org' } };
  await createContact({ ctx: ours, input });
  await deleteContact({ ctx: ours, input: { id: 'anne' } });
  await createContact({ ctx: theirs, input });
  const { items } = await listAudit({ ctx: ours, input: {} });
  expect(items).toEqual([
    {
      id: '2',
      at: '2026-11-22T05:00:00.000Z',
      who: 'key:main-key',
      action: 'contact.delete',
      target: 'contact/anne',
      detail: null,
      request_id: 'request-1',
    },
    expect.objectContaining({ id: '1', action: 'contact.create', detail: input }),
  ]);
  const found = await listAudit({ ctx: ours, input: { action: 'contact.create' } });
  expect(found.items.map(({ id }) => id)).toEqual(['1']);
  expect((await listAudit({ ctx: theirs, input: { who: 'key:main-key' } })).items).toEqual([]);
  expect(await codeOf(listAudit({ ctx: as('main', ['read']), input: {} }))).toBe('forbidden');
});
