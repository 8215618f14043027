import { expect, test } from 'vitest';
import type { VigieError } from '#domain/errors.ts';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { createContact } from '../contact/create.ts';
import { createPolicy } from '../policy/create.ts';
import { createRule } from './create.ts';
import { deleteRule } from './delete.ts';
import { getRule } from './get.ts';
import { listRules } from './list.ts';
import { putRule } from './put.ts';

const when = { metric: 'temperature', above: [{ limit: -15 }] };

test('the rule of the contract is taken and answered whole', async () => {
  const { as, heard } = await createOperations();
  const ctx = as('main');
  await createContact({
    ctx,
    input: { id: 'anne', channel: 'email', settings: { to: 'a@example.org' } },
  });
  await createPolicy({ ctx, input: { id: 'cold-chain', steps: [{ contacts: ['anne'] }] } });
  const input = {
    id: 'freezer-too-warm',
    name: { en: 'Freezer too warm', fr: 'Congélateur trop chaud' },
    where: { sensors: ['freezer-*'], labels: { site: 'lyon' } },
    when: {
      metric: 'temperature',
      above: [
        { limit: -15, severity: 'warning' },
        { limit: -10, severity: 'critical' },
      ],
      deadband: 0.5,
      on_delay: '5m',
      off_delay: '1m',
    },
    severity: 'warning',
    message: { en: 'Too warm' },
    instructions: { en: 'Close the door' },
    latch: false,
    schedule: {
      time_zone: 'Europe/Paris',
      windows: [{ days: ['mon', 'tue'], from: '08:00', to: '18:00' }],
    },
    policy: 'cold-chain',
    enabled: true,
  };
  const rule = await createRule({ ctx, input });
  expect(rule).toEqual({
    ...input,
    revision: 1,
    created_at: '2026-11-22T05:00:00.000Z',
    updated_at: '2026-11-22T05:00:00.000Z',
  });
  expect(await getRule({ ctx, input: { id: rule.id } })).toEqual(rule);
  expect(heard).toContain('rules.changed');
});

test('a rule without an id is given one, and is enabled unless it says otherwise', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const rule = await createRule({ ctx, input: { when } });
  expect(rule.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(rule.enabled).toBe(true);
});

test('PUT makes or replaces, counts revisions, and takes an answer back', async () => {
  const { as, clock, state } = await createOperations();
  const ctx = as('main');
  const first = await putRule({ ctx, input: { id: 'r', body: { when } } });
  expect(first.created).toBe(true);
  clock.advance(1000);
  const body = { ...first.item, enabled: false };
  const second = await putRule({ ctx, input: { id: 'r', body } });
  expect(second).toEqual({
    created: false,
    item: { ...body, revision: 2, updated_at: '2026-11-22T05:00:01.000Z' },
  });
  expect(await codeOf(createRule({ ctx, input: { id: 'r', when } }))).toBe('conflict');
  const other = putRule({ ctx, input: { id: 'r', body: { id: 'q', when } } });
  expect(await codeOf(other)).toBe('invalid_request');
  expect(await auditedActions(state)).toEqual(['rule.put rule/r', 'rule.put rule/r']);
});

test('every problem of a rule is told, those of its meaning too', async () => {
  const { as, state, heard } = await createOperations();
  const ctx = as('main');
  const errorsOf = async (input: unknown) => {
    const error = await createRule({ ctx, input }).then(
      () => undefined,
      (reason: VigieError) => reason,
    );
    expect(error?.code).toBe('rule_invalid');
    return (error!.extra!.errors as { pointer: string }[]).map(({ pointer }) => pointer);
  };
  expect(await errorsOf({ severity: 'bad', when: { metric: 'x', above: [] } })).toEqual([
    '/severity',
    '/when/above',
  ]);
  expect(
    await errorsOf({
      when: { metric: 't', outside: [{ range: [8, 2] }] },
      schedule: { time_zone: 'Mars/Olympus', windows: [{ from: '08:00', to: '18:00' }] },
    }),
  ).toEqual(expect.arrayContaining(['/schedule/time_zone']));
  expect(await errorsOf({ when: { expression: 'temperature >' } })).toEqual(['/when/expression']);
  expect(await errorsOf({ when, policy: 'nobody' })).toEqual(['/policy']);
  expect(heard).toEqual([]);
  expect(await auditedActions(state)).toEqual([]);
});

test('what this version does not evaluate is refused, not kept silently', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  for (const input of [
    { when: { metric: 't', anomaly: { sensitivity: 'low' } } },
    { when: { metric: 't', forecast: { above: 8, within: '30m' } } },
  ]) {
    expect(await codeOf(createRule({ ctx, input }))).toBe('not_supported');
  }
});

test('the built-in rule can be read, replaced, switched off, and brought back', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const builtIn = await getRule({ ctx, input: { id: 'silent' } });
  expect(builtIn).toMatchObject({ id: 'silent', built_in: true, enabled: true });
  const off = await putRule({
    ctx,
    input: { id: 'silent', body: { ...builtIn, enabled: false } },
  });
  expect(off).toMatchObject({ created: true, item: { enabled: false, revision: 1 } });
  expect(off.item).not.toHaveProperty('built_in');
  expect((await listRules({ ctx, input: {} })).items).toEqual([off.item]);
  await deleteRule({ ctx, input: { id: 'silent' } });
  expect(await getRule({ ctx, input: { id: 'silent' } })).toEqual(builtIn);
  expect(await codeOf(deleteRule({ ctx, input: { id: 'silent' } }))).toBe('not_found');
});

test('pages go through every rule once, the built-in one in its place', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  for (const id of ['a', 'r', 'z', 'T']) await putRule({ ctx, input: { id, body: { when } } });
  for (const limit of [1, 2, 3, 10]) {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listRules>> = await listRules({
        ctx,
        input: { limit, ...(cursor === null ? {} : { cursor }) },
      });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(ids).toEqual(['T', 'a', 'r', 'silent', 'z']);
  }
});

test('a customer neither sees nor changes the rules of another, nor names their policies', async () => {
  const { as } = await createOperations();
  const [ours, theirs] = [as('main'), as('other')];
  await createPolicy({ ctx: ours, input: { id: 'p', steps: [{ contacts: [] }] } });
  await createRule({ ctx: ours, input: { id: 'r', when } });
  expect(await codeOf(getRule({ ctx: theirs, input: { id: 'r' } }))).toBe('not_found');
  expect(await codeOf(deleteRule({ ctx: theirs, input: { id: 'r' } }))).toBe('not_found');
  const items = (await listRules({ ctx: theirs, input: {} })).items;
  expect(items.map(({ id }) => id)).toEqual(['silent']);
  const input = { id: 'r', when, policy: 'p' };
  expect(await codeOf(createRule({ ctx: theirs, input }))).toBe('rule_invalid');
  await createRule({ ctx: theirs, input: { id: 'r', when, enabled: false } });
  expect((await getRule({ ctx: ours, input: { id: 'r' } })).enabled).toBe(true);
});

test('changing rules needs the scope admin', async () => {
  const { as } = await createOperations();
  const ctx = as('main', ['ingest', 'read']);
  expect(await codeOf(createRule({ ctx, input: { when } }))).toBe('forbidden');
  expect(await codeOf(putRule({ ctx, input: { id: 'r', body: { when } } }))).toBe('forbidden');
  expect(await codeOf(deleteRule({ ctx, input: { id: 'r' } }))).toBe('forbidden');
});
