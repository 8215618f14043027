import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#domain/time.ts';
import { createMailServer } from '#test/support/mail-server.ts';
import { contactOf } from '#test/support/send-request.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';
import type { ChannelOptions } from './channel.ts';
import {
  CHANNEL_MAKERS,
  closeChannels,
  createChannelRegistry,
  createChannels,
} from './registry.ts';

function setUp(options: Partial<ChannelOptions> = {}) {
  const whole = {
    allowPrivate: true,
    clock: systemClock,
    publicUrl: 'https://vigie.example.org',
    smtpUrl: 'smtp://127.0.0.1:1',
    ...options,
  };
  const channels = createChannels(whole);
  onTestFinished(() => closeChannels(channels));
  return createChannelRegistry(channels, whole);
}

test('every folder is a channel of that name, and every channel has its folder', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(folders.sort()).toEqual(Object.keys(CHANNEL_MAKERS).sort());
  for (const [name, make] of Object.entries(CHANNEL_MAKERS)) {
    const channel = make({ allowPrivate: false, clock: systemClock });
    expect(channel.name).toBe(name);
    channel.close();
    const files = readdirSync(new URL(`./${name}/`, import.meta.url));
    const needed = [`${name}.ts`, `${name}.schema.ts`, `${name}.test.ts`, 'README.md'];
    expect(files).toEqual(expect.arrayContaining(needed));
  }
});

describe('settings of a contact', () => {
  test('are checked against the schema of their channel, every problem at its place', () => {
    const { validate } = setUp();
    expect(validate('email', { to: 'anne@example.org' })).toEqual([]);
    expect(validate('webhook', { url: 'ftp://x', secret: 'whsec_short', wat: 1 })).toMatchObject([
      { pointer: '/wat', detail: 'is not a known setting' },
      { pointer: '/url' },
      { pointer: '/secret' },
    ]);
    expect(validate('webhook', {})).toMatchObject([{ pointer: '' }]);
    expect(validate('email', { to: ['anne'] })).toMatchObject([
      { pointer: '/to' },
      { pointer: '/to/0' },
    ]);
  });

  test('are checked by what the channel knows, once they fit the schema', () => {
    const { validate } = setUp({ allowPrivate: false, smtpUrl: undefined });
    expect(validate('webhook', { url: 'http://127.0.0.1' })).toMatchObject([
      { pointer: '/url', code: 'private_address_refused' },
    ]);
    expect(validate('email', { to: 'anne@example.org' })).toMatchObject([
      { detail: expect.stringContaining('VIGIE_SMTP_URL') },
    ]);
  });

  test('of a channel that there is not are refused by name', () => {
    const registry = setUp();
    expect(registry.names()).toEqual(Object.keys(CHANNEL_MAKERS));
    expect(() => registry.validate('pigeon', {})).toThrow("There is no channel 'pigeon'");
    expect(registry.secretFields('pigeon')).toEqual([]);
    expect(registry.secretFields('webhook')).toEqual(['secret']);
  });

  test('get a secret where the channel needs one', () => {
    const settings = setUp().prepareSettings('webhook', { url: 'https://example.org' });
    expect(settings.secret).toMatch(/^whsec_/);
  });
});

describe('a test message', () => {
  test('goes to the webhook, with its answer as receipt', async () => {
    const receiver = await createWebhookReceiver(onTestFinished);
    const registry = setUp();
    const settings = registry.prepareSettings('webhook', { url: receiver.url });
    const contact = contactOf({ channel: 'webhook', settings, name: 'Tickets' });
    expect(await registry.sendTest(contact, 'main')).toEqual({
      outcome: 'sent',
      detail: null,
      receipt: 'HTTP 200',
    });
    const { data } = JSON.parse(receiver.received[0]!.body);
    expect(data.message).toContain('messages for Tickets arrive here');
  });

  test('goes out by e-mail in French', async () => {
    const server = await createMailServer(onTestFinished);
    const contact = contactOf({
      channel: 'email',
      settings: { to: 'anne@example.org' },
      language: 'fr',
    });
    const result = await setUp({ smtpUrl: server.url }).sendTest(contact, 'main');
    expect(result.outcome).toBe('sent');
    expect(server.mails[0]!.subject).toBe('Message d’essai de Vigie');
  });

  test.each([
    ['webhook', { url: 'http://127.0.0.1:1/', secret: `whsec_${'A'.repeat(44)}` }, 'ECONNREFUSED'],
    ['webhook', {}, 'no valid address'],
    ['email', { to: 'anne@example.org' }, 'ECONNREFUSED'],
    ['pigeon', {}, 'no channel'],
  ])('that cannot be sent by %s says why', async (channel, settings, why) => {
    const result = await setUp().sendTest(contactOf({ channel, settings }), 'main');
    expect(result).toMatchObject({ outcome: 'failed', detail: expect.stringContaining(why) });
  });
});
