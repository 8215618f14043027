import { expect, onTestFinished, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';
import { createPushBrowser } from '#test/support/push-browser.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';

test('a browser asks for the key, becomes a contact, and reads its test message', async () => {
  const { ask, makeKey } = await createApiUnderTest();
  const key = await makeKey('read');
  const { status, body } = await ask('GET /v1/push/key', { key });
  expect(status).toBe(200);
  expect(Buffer.from(body.public_key, 'base64url')).toHaveLength(65);
  expect((await ask('GET /v1/push/key')).body).toEqual(body);

  const browser = await createPushBrowser();
  const service = await createWebhookReceiver(onTestFinished);
  service.answer(201);
  const settings = { endpoint: `${service.url}/secret`, keys: browser.keys, expirationTime: null };
  const contact = { id: 'laptop', name: 'Laptop', channel: 'push', settings, language: 'fr' };
  expect((await ask('PUT /v1/contacts/laptop', { body: contact })).status).toBe(201);
  const sent = await ask('POST /v1/contacts/laptop/test');
  expect(sent.body).toEqual({ outcome: 'sent', detail: null, receipt: 'HTTP 201' });
  const [post] = service.received;
  expect(post!.headers.authorization).toMatch(new RegExp(`, k=${body.public_key}$`));
  const shown = JSON.parse((await browser.decrypt(post!.bytes)).toString());
  expect(shown).toMatchObject({ title: '💬 Message d’essai de Vigie', lang: 'fr', type: 'test' });
});

test('where a browser is told, and its keys, are shown to nobody, and stay when sent back so', async () => {
  const { ask } = await createApiUnderTest();
  const { keys } = await createPushBrowser();
  const endpoint = 'https://push.example.org/wpush/secret';
  const contact = { channel: 'push', settings: { endpoint, keys } };
  const made = await ask('PUT /v1/contacts/laptop', { body: contact });
  expect(made.body.settings).toEqual({ endpoint: '…', keys: '…' });
  const again = { channel: 'push', name: 'Laptop', settings: made.body.settings };
  const put = await ask('PUT /v1/contacts/laptop', { body: again });
  expect(put.status).toBe(200);
  expect(put.body).toMatchObject({ name: 'Laptop', settings: { endpoint: '…', keys: '…' } });
});

test.each([
  [{ endpoint: 'ftp://x' }, '/settings/endpoint'],
  [{ keys: { auth: 'AAAAAAAAAAAAAAAAAAAAAA' } }, '/settings/keys'],
  [
    { keys: { auth: 'AAAAAAAAAAAAAAAAAAAAAA', p256dh: `B${'A'.repeat(86)}` } },
    '/settings/keys/p256dh',
  ],
])('a subscription such as %j is refused at its place', async (wrong, pointer) => {
  const { ask } = await createApiUnderTest();
  const { keys } = await createPushBrowser();
  const settings = { endpoint: 'https://push.example.org/x', keys, ...wrong };
  const { status, body } = await ask('POST /v1/contacts', { body: { channel: 'push', settings } });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(pointer);
});
