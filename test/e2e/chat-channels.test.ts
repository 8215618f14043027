import { expect, onTestFinished, test } from 'vitest';
import { createTestApp, type Json } from '../support/app.ts';
import { deliveries, HOT_RULE, reading } from '../support/notified.ts';
import { createWebhookReceiver } from '../support/webhook-receiver.ts';

async function setUp(contact: (base: string) => Json) {
  const platform = await createTestApp({ VIGIE_PUBLIC_URL: 'https://vigie.example.org' });
  const receiver = await createWebhookReceiver(onTestFinished);
  const { status, body } = await platform.call('POST', '/v1/contacts', {
    id: 'ops',
    name: 'Ops',
    ...contact(`http://127.0.0.1:${receiver.port}`),
  });
  expect(status).toBe(201);
  return { platform, receiver, made: body };
}

test('an alert reaches Slack with a link to it, after a first attempt that failed', async () => {
  const { platform, receiver } = await setUp((base) => ({
    channel: 'slack',
    settings: { url: `${base}/services/verysecret` },
  }));
  receiver.answer(503, 200);
  await platform.put('/v1/rules/too-hot', { ...HOT_RULE, severity: 'critical' });
  const { alerts } = await platform.send(reading(31.5));
  const [, post] = await receiver.waitFor(2);
  const { text, blocks } = JSON.parse(post!.body);
  expect(text).toMatch(/^🔴 \[Critical\]/);
  const [open, acknowledge] = blocks.slice(-2);
  expect(acknowledge.text.text).toContain('/ack/');
  expect(open.text.text).toBe(`<https://vigie.example.org/#alert=${alerts[0].id}|Open>`);
  await expect
    .poll(() => deliveries(platform))
    .toMatchObject([{ channel: 'slack', state: 'sent', attempts: [{}, { outcome: 'sent' }] }]);
});

test.each([
  ['slack', (base: string) => ({ url: `${base}/services/verysecret` })],
  [
    'telegram',
    (base: string) => ({ token: `1:${'verysecret'.repeat(4)}`, chat_id: '1', api_url: base }),
  ],
  ['ntfy', (base: string) => ({ topic: 'verysecret', api_url: base })],
])(
  '%s never shows its secret again, and keeps it when it comes back as shown',
  async (channel, settingsFor) => {
    const { platform, receiver, made } = await setUp((base) => ({
      channel,
      settings: settingsFor(base),
    }));
    expect(JSON.stringify(made)).not.toContain('verysecret');
    const { body: shown } = await platform.call('GET', '/v1/contacts/ops');
    expect(JSON.stringify(shown)).not.toContain('verysecret');
    await platform.put('/v1/contacts/ops', {
      name: 'Ops at night',
      channel,
      settings: shown.settings,
      language: 'fr',
    });
    const { body: tried } = await platform.call('POST', '/v1/contacts/ops/test');
    expect(tried).toMatchObject({ outcome: 'sent', receipt: 'HTTP 200' });
    const [post] = receiver.received;
    expect(`${post!.path} ${post!.body}`).toContain('verysecret');
    expect(post!.body).toContain('Message d’essai de Vigie');
  },
);
