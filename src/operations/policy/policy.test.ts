import { expect, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { createContact } from '../contact/create.ts';
import { createRule } from '../rule/create.ts';
import { createPolicy } from './create.ts';
import { deletePolicy } from './delete.ts';
import { getPolicy } from './get.ts';
import { listPolicies } from './list.ts';
import { putPolicy } from './put.ts';

const contact = (id: string) => ({ id, channel: 'email', settings: { to: `${id}@example.org` } });
const steps = [{ contacts: ['anne'] }];

async function start() {
  const operations = await createOperations();
  const ctx = operations.as('main');
  await createContact({ ctx, input: contact('anne') });
  return { ...operations, ctx };
}

test('a policy of one step is taken, replaced and removed', async () => {
  const { ctx, heard, state } = await start();
  const input = {
    id: 'cold-chain',
    name: 'Cold chain',
    match: { severity: ['warning', 'critical'], labels: { site: 'lyon' } },
    steps,
    repeat: '4h',
    on: ['raised', 'cleared'],
  };
  const times = {
    created_at: '2026-11-22T05:00:00.000Z',
    updated_at: '2026-11-22T05:00:00.000Z',
  };
  const policy = await createPolicy({ ctx, input });
  expect(policy).toEqual({ ...input, enabled: true, ...times });
  expect(await codeOf(createPolicy({ ctx, input }))).toBe('conflict');
  const body = { ...policy, enabled: false };
  const put = await putPolicy({ ctx, input: { id: 'cold-chain', body } });
  // No two of a document are the same, though the clock stands still here.
  const item = { ...body, updated_at: '2026-11-22T05:00:00.001Z' };
  expect(put).toEqual({ created: false, item });
  expect(await getPolicy({ ctx, input: { id: 'cold-chain' } })).toEqual(item);
  await deletePolicy({ ctx, input: { id: 'cold-chain' } });
  expect(await codeOf(getPolicy({ ctx, input: { id: 'cold-chain' } }))).toBe('not_found');
  expect(heard).toEqual(Array(4).fill('routing.changed'));
  expect((await auditedActions(state)).slice(1)).toEqual([
    'policy.create policy/cold-chain',
    'policy.put policy/cold-chain',
    'policy.delete policy/cold-chain',
  ]);
});

test('steps that nobody would be told by are refused', async () => {
  const { ctx } = await start();
  const two = [...steps, { after: '10m', contacts: ['anne'] }];
  await createPolicy({ ctx, input: { id: 'p', steps: two, on: ['raised', 'escalated'] } });
  const silent = createPolicy({ ctx, input: { id: 'q', steps: two, on: ['raised', 'cleared'] } });
  await expect(silent).rejects.toMatchObject({
    code: 'invalid_request',
    extra: { errors: [{ pointer: '/on' }] },
  });
});

test('quiet hours, groups and fallbacks are taken, and what is wrong with them is said', async () => {
  const { ctx } = await start();
  const nights = { time_zone: 'Europe/Paris', windows: [{ from: '22:00', to: '07:00' }] };
  const input = {
    id: 'p',
    steps,
    group: { by: ['label:site', 'rule'], wait: '30s', interval: '5m' },
    quiet_hours: [{ ...nights, except: ['critical'] }],
    fallback: ['anne'],
    fallback_after: '5m',
  };
  expect(await createPolicy({ ctx, input })).toMatchObject(input);
  for (const [pointer, fields] of [
    ['/quiet_hours/0/time_zone', { quiet_hours: [{ ...nights, time_zone: 'Europe/Lyon' }] }],
    [
      '/quiet_hours/0/windows/0/to',
      { quiet_hours: [{ ...nights, windows: [{ from: '22:00', to: '22:00' }] }] },
    ],
    ['/group/by/0', { group: { by: ['site'] } }],
    ['/fallback/0', { fallback: ['nobody'] }],
  ] as const) {
    const refused = createPolicy({ ctx, input: { steps, ...fields } });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', pointer });
  }
});

test('exceptions are taken, and one that asks nothing, and would take every alert away, is refused', async () => {
  const { ctx } = await start();
  const match = {
    not: [{ labels: { site: 'lab' } }, { rules: ['heartbeat'], severity: ['info'] }],
  };
  expect(await createPolicy({ ctx, input: { id: 'p', steps, match } })).toMatchObject({ match });
  for (const [pointer, not] of [
    ['/match/not', []],
    ['/match/not/0', [{}]],
    ['/match/not/1/rules', [{ rules: ['a'] }, { rules: [] }]],
    ['/match/not/0/labels', [{ labels: {} }]],
    ['/match/not/0/not', [{ not: [{ rules: ['a'] }] }]],
    ['/match/not/0/severity/0', [{ severity: ['grave'] }]],
    ['/match/not', { labels: { site: 'lab' } }],
  ] as const) {
    const refused = createPolicy({ ctx, input: { steps, match: { not } } });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_request', pointer });
  }
  const nothing = createPolicy({ ctx, input: { steps, match: { not: [{}] } } });
  await expect(nothing).rejects.toThrow('/match/not/0: must have at least 1 of its members');
});

test('contacts that are not there, and a repeat without a pause, are refused', async () => {
  const { ctx } = await start();
  const missing = createPolicy({ ctx, input: { steps: [{ contacts: ['anne', 'bob', 'carl'] }] } });
  await expect(missing).rejects.toMatchObject({
    code: 'invalid_request',
    extra: {
      errors: [
        { pointer: '/steps/0/contacts/1', detail: 'there is no contact bob' },
        { pointer: '/steps/0/contacts/2', detail: 'there is no contact carl' },
      ],
    },
  });
  expect(await codeOf(createPolicy({ ctx, input: { steps, repeat: '0s' } }))).toBe(
    'invalid_request',
  );
});

test('a policy that a rule names is not removed', async () => {
  const { ctx } = await start();
  await createPolicy({ ctx, input: { id: 'p', steps } });
  const when = { metric: 't', above: [{ limit: 1 }] };
  await createRule({ ctx, input: { id: 'r', when, policy: 'p' } });
  expect(await codeOf(deletePolicy({ ctx, input: { id: 'p' } }))).toBe('invalid_state');
  expect(await getPolicy({ ctx, input: { id: 'p' } })).toBeDefined();
});

test('a customer neither sees nor changes the policies of another, nor names their contacts', async () => {
  const { ctx, as } = await start();
  const theirs = as('other');
  await createPolicy({ ctx, input: { id: 'p', steps } });
  expect((await listPolicies({ ctx: theirs, input: {} })).items).toEqual([]);
  expect(await codeOf(getPolicy({ ctx: theirs, input: { id: 'p' } }))).toBe('not_found');
  expect(await codeOf(deletePolicy({ ctx: theirs, input: { id: 'p' } }))).toBe('not_found');
  const body = { steps };
  const put = putPolicy({ ctx: theirs, input: { id: 'p', body } });
  expect(await codeOf(put)).toBe('invalid_request');
  expect((await listPolicies({ ctx, input: {} })).items).toHaveLength(1);
});
