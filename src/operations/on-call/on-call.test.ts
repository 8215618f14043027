import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { createContact } from '../contact/create.ts';
import { deleteContact } from '../contact/delete.ts';
import { createPolicy } from '../policy/create.ts';
import { createOnCall } from './create.ts';
import { deleteOnCall } from './delete.ts';
import { getOnCall } from './get.ts';
import { listOnCalls } from './list.ts';
import { putOnCall } from './put.ts';

const night = {
  id: 'night',
  name: 'Night',
  time_zone: 'Europe/Paris',
  starts_at: '2026-11-16T08:00:00+01:00',
  shift: '1w',
  contacts: ['anne', 'bob'],
};

async function start() {
  const operations = await createOperations();
  const ctx = operations.as('main');
  for (const id of ['anne', 'bob', 'zoe']) {
    const input = { id, channel: 'email', settings: { to: `${id}@example.org` } };
    await createContact({ ctx, input });
  }
  return { ...operations, ctx };
}

test('a rotation says who is on call, and when it hands over', async () => {
  const { ctx, heard, state } = await start();
  const overrides = [{ from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z', contact: 'zoe' }];
  const made = await createOnCall({ ctx, input: { ...night, overrides } });
  expect(made).toMatchObject({ ...night, overrides });
  expect(await codeOf(createOnCall({ ctx, input: night }))).toBe('conflict');
  const now = await getOnCall({ ctx, input: { id: 'night' } });
  expect(now).toMatchObject({
    at: '2026-11-22T05:00:00.000Z',
    contact: 'anne',
    until: '2026-11-23T07:00:00.000Z',
  });
  expect(now.handovers.slice(0, 4)).toEqual([
    { at: '2026-11-23T07:00:00.000Z', contact: 'bob' },
    { at: '2026-11-24T00:00:00.000Z', contact: 'zoe' },
    { at: '2026-11-25T00:00:00.000Z', contact: 'bob' },
    { at: '2026-11-30T07:00:00.000Z', contact: 'anne' },
  ]);
  const at = '2026-11-24T12:00:00+01:00';
  expect((await getOnCall({ ctx, input: { id: 'night', at } })).contact).toBe('zoe');
  // An answer can be sent back.
  const put = await putOnCall({ ctx, input: { id: 'night', body: { ...now, shift: '1d' } } });
  expect(put).toMatchObject({ created: false, item: { shift: '1d', overrides } });
  expect((await listOnCalls({ ctx, input: {} })).items).toEqual([put.item]);
  await deleteOnCall({ ctx, input: { id: 'night' } });
  expect(await codeOf(getOnCall({ ctx, input: { id: 'night' } }))).toBe('not_found');
  expect(heard.slice(-3)).toEqual(Array(3).fill('routing.changed'));
  expect((await auditedActions(state)).slice(-3)).toEqual([
    'on-call.create on-call/night',
    'on-call.put on-call/night',
    'on-call.delete on-call/night',
  ]);
});

test.each([
  ['/time_zone', { time_zone: 'Europe/Lyon' }],
  ['/shift', { shift: '10m' }],
  ['/starts_at', { starts_at: '2026-11-16T08:00:00' }],
  ['/contacts', { contacts: [] }],
  ['/contacts/1', { contacts: ['anne', 'nobody'] }],
  [
    '/overrides/0/to',
    { overrides: [{ from: '2026-11-24T00:00:00Z', to: '2026-11-23T00:00:00Z', contact: 'zoe' }] },
  ],
  [
    '/overrides/0/contact',
    { overrides: [{ from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z', contact: 'x' }] },
  ],
])('what is wrong is refused, at %s', async (pointer, fields) => {
  const { ctx } = await start();
  await expect(createOnCall({ ctx, input: { ...night, ...fields } })).rejects.toMatchObject({
    code: 'invalid_request',
    pointer,
  });
});

test('a rotation that a policy names stays, and so does a contact that a rotation names', async () => {
  const { ctx } = await start();
  await createOnCall({ ctx, input: night });
  await createPolicy({ ctx, input: { id: 'p', steps: [{ on_call: ['night'] }] } });
  expect(await codeOf(deleteOnCall({ ctx, input: { id: 'night' } }))).toBe('invalid_state');
  expect(await codeOf(deleteContact({ ctx, input: { id: 'bob' } }))).toBe('invalid_state');
  const unknown = createPolicy({ ctx, input: { id: 'q', steps: [{ on_call: ['day'] }] } });
  await expect(unknown).rejects.toMatchObject({ pointer: '/steps/0/on_call/0' });
  expect(await codeOf(createPolicy({ ctx, input: { id: 'q', steps: [{}] } }))).toBe(
    'invalid_request',
  );
});

test('a customer neither sees nor removes the rotations of another', async () => {
  const { ctx, as } = await start();
  await createOnCall({ ctx, input: night });
  const theirs = as('other');
  expect((await listOnCalls({ ctx: theirs, input: {} })).items).toEqual([]);
  expect(await codeOf(deleteOnCall({ ctx: theirs, input: { id: 'night' } }))).toBe('not_found');
});
