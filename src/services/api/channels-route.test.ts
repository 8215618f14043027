import { expect, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';

test('every channel is listed with the schema of its settings and what is secret in them', async () => {
  const { ask } = await createApiUnderTest();
  const { status, body } = await ask('GET /v1/channels');
  expect(status).toBe(200);
  const webhook = body.items.find(({ name }: { name: string }) => name === 'webhook');
  expect(webhook.settings.required).toEqual(['url']);
  expect(webhook.settings.properties.url).toMatchObject({ type: 'string' });
  expect(webhook.secrets).toContain('secret');
  const names = body.items.map(({ name }: { name: string }) => name);
  expect(names).toEqual([...names].sort());
  // What a form draws must be there for each field.
  for (const { settings } of body.items) {
    for (const field of settings.required ?? []) expect(settings.properties).toHaveProperty(field);
  }
});
