import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { NotificationType } from '#domain/notification.ts';
import { systemClock } from '#domain/time.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';
import type { Channel, ChannelOptions, ChannelSettings } from './channel.ts';

export interface HttpChannelCase {
  name: string;
  create: (options: ChannelOptions) => Channel;
  /** Settings that lead to a server at this base address. */
  settingsFor: (base: string) => ChannelSettings;
  /** Where the provider is asked at, after the base address. */
  path: string;
  /** What comes over, where it is not JSON, and how it is read. */
  contentType?: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever shape the provider asks for
  read?: (bytes: Buffer) => any;
}

/** How a form is read. */
export const form = {
  contentType: 'application/x-www-form-urlencoded; charset=utf-8',
  read: (bytes: Buffer) => Object.fromEntries(new URLSearchParams(bytes.toString())),
};

// biome-ignore lint/suspicious/noExplicitAny: whatever shape the provider asks for
const readJson = (bytes: Buffer): any => JSON.parse(bytes.toString());

const options: ChannelOptions = {
  allowPrivate: true,
  clock: systemClock,
  publicUrl: 'https://vigie.example.org',
};

/** A channel and a real server that stands in the provider's place. */
export async function createHttpChannelBench(kind: HttpChannelCase) {
  const { name, create, settingsFor, read = readJson } = kind;
  const receiver = await createWebhookReceiver(onTestFinished);
  const channel = create(options);
  onTestFinished(() => channel.close());
  const contact = { channel: name, settings: settingsFor(`http://127.0.0.1:${receiver.port}`) };
  return {
    channel,
    receiver,
    settings: contact.settings,
    send: (changes: Parameters<typeof sendRequest>[1] = {}) =>
      channel.send(sendRequest(contact, changes)),
    /** What the latest post says. */
    latest: () => read(receiver.received.at(-1)!.bytes),
  };
}

/** Whoever acknowledges there does so by the program itself; and a voice reads out no links. */
const WITHOUT_LINK_TO_ACKNOWLEDGE = new Set(['opsgenie', 'pagerduty', 'pushover', 'voice']);

/** What every channel owes the pipeline that posts JSON to a provider. */
export function httpChannelContract(kind: HttpChannelCase): void {
  const { name, create, settingsFor, path, read = readJson } = kind;
  const { contentType = 'application/json; charset=utf-8' } = kind;
  const bench = () => createHttpChannelBench(kind);

  describe(`${name} over HTTP`, () => {
    test.each([200, 202, 204])('%d is success, and what was posted has arrived', async (status) => {
      const { receiver, send, latest } = await bench();
      receiver.answer(status);
      expect(await send()).toEqual({ ok: true, receipt: `HTTP ${status}` });
      const [post] = receiver.received;
      expect(post!.path).toBe(path);
      expect(post!.headers['content-type']).toBe(contentType);
      expect(await latest()).toBeTypeOf('object');
    });

    test.each([
      'raised',
      'escalated',
      'severity_changed',
      'cleared',
      'acknowledged',
    ] as const satisfies readonly NotificationType[])('%s says what it is about', async (type) => {
      const { send, latest } = await bench();
      expect(await send({ type })).toMatchObject({ ok: true });
      expect(JSON.stringify(await latest())).toContain('Freezer 3');
    });

    test('the link to acknowledge goes with it where people read the message', async () => {
      const { send, latest } = await bench();
      const { message } = sendRequest({ channel: name, settings: {} });
      const url = 'https://vigie.example.org/ack/abc.def';
      const acknowledgeLink = { label: 'Acknowledge', url };
      expect(await send({ message: { ...message, acknowledgeLink } })).toMatchObject({ ok: true });
      const isShown = JSON.stringify(await latest()).includes(url);
      expect(isShown).toBe(!WITHOUT_LINK_TO_ACKNOWLEDGE.has(name));
    });

    test('a test has no alert and arrives', async () => {
      const { send } = await bench();
      expect(await send({ type: 'test', payload: null })).toMatchObject({ ok: true });
    });

    test('a second attempt posts the same', async () => {
      const { receiver, send } = await bench();
      receiver.answer(503, 200);
      await send();
      await send();
      const said = await Promise.all(receiver.received.map(({ bytes }) => read(bytes)));
      expect(said[1]).toEqual(said[0]);
      expect(receiver.received).toHaveLength(2);
    });

    test('400 ends it', async () => {
      const { receiver, send } = await bench();
      receiver.answer((_, response) => response.writeHead(400).end('no such channel'));
      expect(await send()).toEqual({
        ok: false,
        retryable: false,
        detail: 'HTTP 400: no such channel',
      });
      expect(receiver.received).toHaveLength(1);
    });

    test('429 says with Retry-After how long to wait', async () => {
      const { receiver, send } = await bench();
      receiver.answer((_, response) => response.writeHead(429, { 'retry-after': '7' }).end());
      expect(await send()).toMatchObject({ ok: false, retryable: true, retryAfterMs: 7000 });
    });

    test('429 may say in its body how long to wait', async () => {
      const { receiver, send } = await bench();
      receiver.answer((_, response) => response.writeHead(429).end('{"retry_after": 1.2}'));
      expect(await send()).toMatchObject({ ok: false, retryable: true, retryAfterMs: 2000 });
    });

    test.each([500, 502, 503])('%d may be tried again', async (status) => {
      const { receiver, send } = await bench();
      receiver.answer(status, 200);
      expect(await send()).toEqual({ ok: false, retryable: true, detail: `HTTP ${status}` });
      expect(await send()).toMatchObject({ ok: true });
    });

    test('no answer in time may be tried again', async () => {
      const { receiver, send } = await bench();
      receiver.answer(() => {});
      const outcome = await send({ signal: AbortSignal.timeout(100) });
      expect(outcome).toEqual({ ok: false, retryable: true, detail: 'no answer in time' });
    });

    test('a connection that is reset may be tried again', async () => {
      const { receiver, send } = await bench();
      receiver.answer((request) => request.socket.resetAndDestroy(), 200);
      expect(await send()).toMatchObject({ ok: false, retryable: true });
      expect(await send()).toMatchObject({ ok: true });
    });

    test('a redirect is not followed, and where it leads is not told', async () => {
      const { receiver, send } = await bench();
      receiver.answer((request, response) =>
        response.writeHead(307, { location: `https://127.0.0.1:1${request.url}` }).end(),
      );
      const outcome = await send();
      expect(outcome).toMatchObject({ ok: false, retryable: false });
      expect(JSON.stringify(outcome)).not.toContain('127.0.0.1');
    });

    test('what is answered is written down without the secrets', async () => {
      const { receiver, send, settings } = await bench();
      const { secretFields } = create(options);
      const secrets = secretFields
        .map((field) => settings[field])
        .filter((secret) => typeof secret === 'string');
      expect(secrets.length).toBeGreaterThan(0);
      receiver.answer((request, response) =>
        response.writeHead(400).end(`${request.url} ${secrets.join(' ')}`),
      );
      const outcome = (await send()) as { detail: string };
      for (const secret of secrets) {
        const hidden = URL.canParse(String(secret)) ? new URL(String(secret)).pathname : secret;
        expect(outcome.detail).not.toContain(hidden);
      }
    });

    test('a private address is refused when the contact is made and when it is sent', async () => {
      const { receiver, settings } = await bench();
      const channel = create({ ...options, allowPrivate: false });
      onTestFinished(() => channel.close());
      expect(channel.findProblems(settings)).toMatchObject([{ code: 'private_address_refused' }]);
      const outcome = await channel.send(sendRequest({ channel: name, settings }));
      expect(outcome).toMatchObject({ ok: false, retryable: false });
      expect(receiver.received).toEqual([]);
    });

    test('settings are checked by the schema', () => {
      const { settingsSchema } = create(options);
      const settings = settingsFor('https://example.org');
      expect(Value.Check(settingsSchema, settings)).toBe(true);
      expect(Value.Check(settingsSchema, { ...settings, wat: 1 })).toBe(false);
      expect(Value.Check(settingsSchema, {})).toBe(false);
    });

    test('the sample in the README is a contact of this channel', () => {
      const readme = readFileSync(new URL(`./${name}/README.md`, import.meta.url), 'utf8');
      const sample = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!);
      const channel = create({ ...options, allowPrivate: false });
      expect(sample.channel).toBe(name);
      expect(Value.Check(channel.settingsSchema, sample.settings)).toBe(true);
      expect(channel.findProblems(sample.settings)).toEqual([]);
    });
  });
}
