import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';

const guide = readFileSync(
  new URL('../../../docs/guides/notifications.md', import.meta.url),
  'utf8',
);

test('every call of the guide to notifications is taken, and its policy tells who is on call', async () => {
  const { ask } = await createApiUnderTest();
  const freezer = { id: 'freezer-3', labels: { site: 'lyon' } };
  expect((await ask('POST /v1/sensors', { body: freezer })).status).toBe(201);
  const calls = [...guide.matchAll(/^`((?:PUT|POST) \/v1\/[\w/-]+)`\n\n```json\n([\s\S]*?)^```/gm)];
  expect(calls).toHaveLength(7);
  let last: Awaited<ReturnType<typeof ask>> | undefined;
  for (const [, call = '', body = ''] of calls) {
    last = await ask(call, { body: JSON.parse(body) });
    expect(`${call} ${last.status}`).toMatch(/ 20[01]$/);
  }
  const told: { contact_id: string; after: string; type: string }[] = last!.body.told;
  expect(
    told.slice(0, 3).map(({ contact_id, after, type }) => `${contact_id} ${after} ${type}`),
  ).toEqual(['anne 0s raised', 'manager 10m30s escalated', 'anne 4h11m repeat']);
});
