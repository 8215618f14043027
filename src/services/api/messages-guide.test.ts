import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MESSAGE_KINDS } from '#domain/message-kinds.ts';
import { TEMPLATE_ARGUMENTS } from '#domain/template.ts';
import { createApiUnderTest } from '#test/support/create-api.ts';

const guide = readFileSync(new URL('../../../docs/guides/messages.md', import.meta.url), 'utf8');

test('the guide to messages names every argument of a template, and no other', () => {
  const names = [...guide.matchAll(/^\| (`[a-z_`, ]+`) \|/gm)]
    .flatMap(([, cell = '']) => cell.match(/[a-z_]+/g) ?? [])
    .filter((name) => name !== 'units');
  expect(names.toSorted()).toEqual(Object.keys(TEMPLATE_ARGUMENTS).toSorted());
});

test('every call of the guide to messages is taken, and its template words each event without a warning', async () => {
  const { ask } = await createApiUnderTest();
  const calls = [...guide.matchAll(/^`((?:PUT|POST) \/v1\/[\w/-]+)`\n\n```json\n([\s\S]*?)^```/gm)];
  expect(calls).toHaveLength(4);
  for (const [, call = '', body = ''] of calls) {
    const answer = await ask(call, { body: JSON.parse(body) });
    expect(`${call} ${answer.status}`).toMatch(/ 20[01]$/);
    if (call.endsWith('templates/kitchen')) expect(answer.body.warnings).toEqual([]);
  }
  for (const on of MESSAGE_KINDS) {
    const body = { template_id: 'kitchen', on };
    const { items } = (await ask('POST /v1/templates/preview', { body })).body;
    for (const item of items) {
      expect(item).toMatchObject({ problem: null, own: expect.arrayContaining(['text']) });
    }
  }
});
