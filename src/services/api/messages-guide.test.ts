import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';

const guide = readFileSync(new URL('../../../docs/guides/messages.md', import.meta.url), 'utf8');

test('every call of the guide to messages is taken', async () => {
  const { ask } = await createApiUnderTest();
  const calls = [...guide.matchAll(/^`((?:PUT|POST) \/v1\/[\w/-]+)`\n\n```json\n([\s\S]*?)^```/gm)];
  expect(calls).toHaveLength(1);
  for (const [, call = '', body = ''] of calls) {
    const answer = await ask(call, { body: JSON.parse(body) });
    expect(`${call} ${answer.status}`).toMatch(/ 20[01]$/);
  }
});
