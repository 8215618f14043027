import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { Value } from 'typebox/value';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#domain/time.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';
import type { ChannelOptions } from '../channel.ts';
import { makeSecret } from './signature.ts';
import { WebhookSettings } from './webhook.schema.ts';
import { createWebhookChannel } from './webhook.ts';

const secret = makeSecret();

function makeChannel(options: Partial<Parameters<typeof createWebhookChannel>[0]> = {}) {
  const defaults: ChannelOptions = { allowPrivate: true, clock: systemClock };
  const channel = createWebhookChannel({ ...defaults, ...options });
  onTestFinished(() => channel.close());
  return channel;
}

async function setUp(changes: Parameters<typeof sendRequest>[1] = {}) {
  const receiver = await createWebhookReceiver(onTestFinished);
  const contact = { channel: 'webhook', settings: { url: receiver.url, secret } };
  const channel = makeChannel({ publicUrl: 'https://vigie.example.org' });
  const send = () => channel.send(sendRequest(contact, changes));
  return { receiver, send };
}

describe('what a webhook receives', () => {
  test('is a CloudEvents 1.0 event whose signature holds', async () => {
    const { receiver, send } = await setUp();
    expect(await send()).toEqual({ ok: true, receipt: 'HTTP 200' });
    const [post] = receiver.received;
    const headers = post!.headers as Record<string, string>;
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    const event = new Webhook(secret).verify(post!.body, headers) as Record<string, never>;
    expect(event).toMatchObject({
      specversion: '1.0',
      id: headers['webhook-id'],
      source: 'https://vigie.example.org',
      type: 'vigie.alert.raised',
      time: '2026-11-22T05:00:00.000Z',
      subject: 'sensor-1',
      datacontenttype: 'application/json',
    });
    expect(Object.keys(event.data!)).toEqual(['alert', 'message']);
    expect(event.data).toMatchObject({
      alert: { id: 'alert-1', severity: 'warning', value: 9.1, limit: 8, unit: 'Cel' },
    });
  });

  test("carries the message in the contact's language", async () => {
    const receiver = await createWebhookReceiver(onTestFinished);
    const contact = {
      channel: 'webhook',
      settings: { url: receiver.url, secret },
      language: 'fr',
      time_zone: 'Europe/Paris',
    } as const;
    await makeChannel().send(sendRequest(contact, { type: 'cleared' }));
    const event = JSON.parse(receiver.received[0]!.body);
    expect(event).toMatchObject({ type: 'vigie.alert.cleared', source: 'vigie' });
    expect(event.data.message).toContain('Trop chaud, Freezer 3 (lyon/kitchen)');
    expect(event.data.message).toContain('Valeur : 9,1 °C');
  });

  test('tells a repeat, and what a severity was', async () => {
    const request = sendRequest({ channel: 'webhook', settings: {} });
    const payload = { ...request.payload!, repeat: true, previous_severity: 'info' } as const;
    const repeated = await setUp({ payload });
    await repeated.send();
    const { data } = JSON.parse(repeated.receiver.received[0]!.body);
    expect(Object.keys(data)).toEqual(['alert', 'message', 'repeat']);
    const changed = await setUp({
      type: 'severity_changed',
      payload: { ...payload, repeat: false },
    });
    await changed.send();
    expect(JSON.parse(changed.receiver.received[0]!.body).data.previous_severity).toBe('info');
  });

  test('has no alert in a test', async () => {
    const { receiver, send } = await setUp({ type: 'test', payload: null });
    await send();
    const event = JSON.parse(receiver.received[0]!.body);
    expect(event.type).toBe('vigie.test');
    expect(Object.keys(event.data)).toEqual(['message']);
  });

  test('comes over one kept connection, with the same id at every attempt', async () => {
    const { receiver, send } = await setUp();
    for (let i = 0; i < 5; i++) await send();
    expect(new Set(receiver.received.map(({ connection }) => connection)).size).toBe(1);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });
});

describe('what a webhook answers', () => {
  test.each([
    [200, true],
    [202, true],
    [204, true],
  ])('%d is success', async (status, ok) => {
    const { receiver, send } = await setUp();
    receiver.answer(status);
    expect(await send()).toEqual({ ok, receipt: `HTTP ${status}` });
  });

  test.each([400, 402, 406, 410, 413, 414, 415, 422, 451])('%d ends it', async (status) => {
    const { receiver, send } = await setUp();
    receiver.answer(status);
    expect(await send()).toEqual({ ok: false, retryable: false, detail: `HTTP ${status}` });
  });

  test.each([401, 403, 404, 405, 407, 408, 409, 425, 429, 500, 502, 503, 504])(
    '%d may be tried again',
    async (status) => {
      const { receiver, send } = await setUp();
      receiver.answer(status, 200);
      const isRefusal = [401, 403, 404, 405, 407].includes(status);
      expect(await send()).toEqual({
        ok: false,
        retryable: true,
        detail: `HTTP ${status}`,
        ...(isRefusal ? { isRefusal } : {}),
      });
      expect(await send()).toMatchObject({ ok: true });
    },
  );

  test('the beginning of the body is kept, as one line', async () => {
    const { receiver, send } = await setUp();
    receiver.answer((_, response) =>
      response.writeHead(400).end(`no\r\nsuch\u0000 ${'x'.repeat(999)}`),
    );
    const outcome = await send();
    expect(outcome).toMatchObject({ detail: expect.stringMatching(/^HTTP 400: no such {1,2}x+$/) });
    expect(JSON.stringify(outcome).length).toBeLessThan(300);
  });

  test.each([429, 503])('%d says with Retry-After how long to wait', async (status) => {
    const { receiver, send } = await setUp();
    receiver.answer((_, response) => response.writeHead(status, { 'retry-after': '120' }).end());
    expect(await send()).toMatchObject({ retryable: true, retryAfterMs: 120_000 });
    const date = new Date(Date.now() + 60_000).toUTCString();
    receiver.answer((_, response) => response.writeHead(status, { 'retry-after': date }).end());
    const { retryAfterMs } = (await send()) as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(55_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    receiver.answer((_, response) => response.writeHead(status, { 'retry-after': 'soon' }).end());
    expect(await send()).not.toHaveProperty('retryAfterMs');
  });

  test.each([301, 302, 303, 307, 308])('%d is not followed', async (status) => {
    const { receiver, send } = await setUp();
    receiver.answer((_, response) => response.writeHead(status, { location: '/other' }).end());
    expect(await send()).toEqual({
      ok: false,
      retryable: false,
      detail: `HTTP ${status}: a redirect to /other is not followed; give the final address`,
    });
    expect(receiver.received).toHaveLength(1);
  });

  test('nothing at all is a timeout that may be tried again', async () => {
    const { receiver, send } = await setUp({ signal: AbortSignal.timeout(100) });
    receiver.answer(() => {});
    expect(await send()).toEqual({ ok: false, retryable: true, detail: 'no answer in time' });
  });

  test('another protocol is no answer', async () => {
    const { receiver, send } = await setUp({ signal: AbortSignal.timeout(3000) });
    const head =
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
    receiver.answer((request) => void request.socket.write(head));
    expect(await send()).toEqual({ ok: false, retryable: false, detail: 'HTTP 101' });
  });

  test('a connection that breaks before the status may be tried again', async () => {
    const { receiver, send } = await setUp();
    receiver.answer((request) => request.socket.resetAndDestroy(), 200);
    expect(await send()).toMatchObject({ ok: false, retryable: true });
    expect(await send()).toMatchObject({ ok: true });
  });

  test('a connection that breaks within the head may be tried again', async () => {
    const { receiver, send } = await setUp();
    receiver.answer((request) => {
      request.socket.write('HTTP/1.1 200 OK\r\ncontent-le');
      request.socket.destroySoon();
    });
    expect(await send()).toMatchObject({ ok: false, retryable: true });
  });

  test('success stays success when the body breaks off', async () => {
    const { receiver, send } = await setUp();
    receiver.answer((request, response) => {
      response
        .writeHead(200, { 'content-length': '1000' })
        .write('begun', () => setTimeout(() => request.socket.resetAndDestroy(), 50));
    });
    expect(await send()).toEqual({ ok: true, receipt: 'HTTP 200: begun' });
  });

  test('a body that trickles in does not hold up the answer', async () => {
    const { receiver, send } = await setUp();
    receiver.answer((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const outcome = await send();
    expect(outcome).toMatchObject({ ok: true, receipt: expect.stringMatching(/^HTTP 200: \.+$/) });
  });

  test('a huge body is not read to its end', async () => {
    const { receiver, send } = await setUp();
    let written = 0;
    const closed = Promise.withResolvers<void>();
    receiver.answer((_, response) => {
      response.writeHead(200);
      const block = Buffer.alloc(64 * 1024, 'x');
      const more = () => {
        while (!response.destroyed && written < 1e9) {
          written += block.length;
          if (!response.write(block)) return;
        }
      };
      response.on('drain', more);
      response.on('close', closed.resolve);
      more();
    });
    expect(await send()).toEqual({ ok: true, receipt: `HTTP 200: ${'x'.repeat(200)}` });
    await closed.promise;
    expect(written).toBeLessThan(50_000_000);
  });

  test('a kept connection that has closed meanwhile is replaced at once', async () => {
    const { receiver, send } = await setUp();
    await send();
    // Answers, and cuts the connection just as the next request arrives on it.
    receiver.answer((request, response) => {
      response.end();
      request.socket.once('data', () => request.socket.resetAndDestroy());
    }, 200);
    await send();
    expect(await send()).toMatchObject({ ok: true });
    expect(receiver.received.at(-1)!.connection).toBeGreaterThan(1);
  });

  test('nobody listening may be tried again', async () => {
    const settings = { url: 'http://127.0.0.1:1/', secret };
    const outcome = await makeChannel().send(sendRequest({ channel: 'webhook', settings }));
    expect(outcome).toMatchObject({
      retryable: true,
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('where a webhook may lead', () => {
  const problems = (url: string, allowPrivate = false) =>
    makeChannel({ allowPrivate }).findProblems({ url, secret });

  test.each([
    'http://127.0.0.1/',
    'http://localhost:9000/',
    'https://[::1]/',
    'http://10.1.2.3/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://169.254.169.254/latest/meta-data',
  ])('%s is refused when the contact is made', (url) => {
    expect(problems(url)).toMatchObject([{ pointer: '/url', code: 'private_address_refused' }]);
    expect(problems(url, true)).toEqual([]);
  });

  test('a user name in the address is refused', () => {
    expect(problems('https://user:pass@example.org/')).toMatchObject([{ pointer: '/url' }]);
    expect(problems('https://example.org:8443/hook?x=1')).toEqual([]);
  });

  test('what is no address at all is refused', () => {
    expect(problems('http://[::1')).toEqual([{ pointer: '/url', detail: 'is not a URL' }]);
    expect(Value.Check(WebhookSettings, { url: 'ftp://example.org' })).toBe(false);
    expect(Value.Check(WebhookSettings, { url: 'javascript:alert(1)' })).toBe(false);
  });

  test('a literal private address is not connected to when it is sent', async () => {
    const receiver = await createWebhookReceiver(onTestFinished);
    const contact = { channel: 'webhook', settings: { url: receiver.url, secret } };
    const outcome = await makeChannel({ allowPrivate: false }).send(sendRequest(contact));
    expect(outcome).toMatchObject({
      ok: false,
      retryable: false,
      detail: expect.stringContaining('private_address_refused'),
    });
    await sleep(50);
    expect(receiver.received).toEqual([]);
  });

  test('a name that comes to lead to a private address is not connected to', async () => {
    const receiver = await createWebhookReceiver(onTestFinished);
    let lookups = 0;
    const channel = makeChannel({
      allowPrivate: false,
      resolver: (_hostname, _options, callback) => {
        lookups++;
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    });
    const settings = { url: `http://rebound.example:${receiver.port}/`, secret };
    const outcome = await channel.send(sendRequest({ channel: 'webhook', settings }));
    expect(outcome).toMatchObject({
      retryable: false,
      detail: expect.stringContaining('private_address_refused'),
    });
    expect(lookups).toBe(1);
    expect(receiver.received).toEqual([]);
  });
});

describe('the secret of a webhook', () => {
  test('is made where there is none, and kept where there is', () => {
    const channel = makeChannel();
    const settings = { url: 'https://example.org' };
    const made = channel.prepareSettings(settings);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(channel.prepareSettings(made)).toEqual(made);
    expect(settings).not.toHaveProperty('secret');
    expect(channel.secretFields).toEqual(['secret']);
    expect(Value.Check(WebhookSettings, made)).toBe(true);
  });

  test.each([23, 65])('of %d bytes is refused', (size) => {
    const wrong = `whsec_${Buffer.alloc(size).toString('base64')}`;
    const settings = { url: 'https://example.org', secret: wrong };
    const isRefused =
      !Value.Check(WebhookSettings, settings) || makeChannel().findProblems(settings).length > 0;
    expect(isRefused).toBe(true);
  });

  test.each([24, 64])('of %d bytes is taken', (size) => {
    const right = `whsec_${Buffer.alloc(size, 1).toString('base64')}`;
    const settings = { url: 'https://example.org', secret: right };
    expect(Value.Check(WebhookSettings, settings)).toBe(true);
    expect(makeChannel().findProblems(settings)).toEqual([]);
  });
});

test('the sample in the README is a contact of this channel', () => {
  const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
  const sample = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!);
  expect(sample.channel).toBe('webhook');
  expect(Value.Check(WebhookSettings, sample.settings)).toBe(true);
  expect(makeChannel({ allowPrivate: false }).findProblems(sample.settings)).toEqual([]);
});
