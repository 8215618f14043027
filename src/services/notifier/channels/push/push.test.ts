import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createPushBrowser, type PushBrowser } from '#test/support/push-browser.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createPushChannel } from './push.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = privateKey.export({ format: 'jwk' });
const publicKey = Buffer.concat([
  Buffer.from([4]),
  ...[jwk.x, jwk.y].map((part) => Buffer.from(part!, 'base64url')),
]).toString('base64url');

let browser: PushBrowser;
beforeAll(async () => {
  browser = await createPushBrowser();
});

const push = {
  name: 'push',
  create: (options: Parameters<typeof createPushChannel>[0]) =>
    createPushChannel({ ...options, vapidKeys: async () => ({ publicKey, privateKey: jwk }) }),
  settingsFor: (base: string) => ({
    endpoint: `${base}/push/of-this-browser`,
    keys: browser.keys,
    expirationTime: null,
  }),
  path: '/push/of-this-browser',
  contentType: 'application/octet-stream',
  read: async (bytes: Buffer) => JSON.parse((await browser.decrypt(bytes)).toString()),
};
httpChannelContract(push);

const { message, payload, notificationId } = sendRequest({ channel: 'push', settings: {} });

test('the browser gets what its service worker shows', async () => {
  const { send, latest } = await createHttpChannelBench(push);
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=alert-1' };
  const acknowledgeLink = { label: 'Acknowledge', url: 'https://vigie.example.org/ack/a.b' };
  await send({ message: { ...message, link, acknowledgeLink } });
  expect(await latest()).toEqual({
    title: '⚠️ [Warning] Too warm: Freezer 3',
    body: message.body,
    lang: 'en',
    tag: 'alert-1',
    type: 'raised',
    severity: 'warning',
    url: link.url,
    acknowledge_url: acknowledgeLink.url,
    acknowledge_label: 'Acknowledge',
  });
});

test('the push service sees who sends, and that it is for it', async () => {
  const { receiver, send } = await createHttpChannelBench(push);
  const beganMs = Date.now();
  await send();
  const { headers } = receiver.received[0]!;
  const [, token, key] = /^vapid t=(\S+), k=(\S+)$/.exec(headers.authorization!)!;
  expect(key).toBe(publicKey);
  const [header, claims, signature] = token!.split('.') as [string, string, string];
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
  expect(read(header)).toEqual({ typ: 'JWT', alg: 'ES256' });
  const { aud, exp, sub } = read(claims);
  expect(aud).toBe(`http://127.0.0.1:${receiver.port}`);
  expect(sub).toBe('https://vigie.example.org');
  expect(exp * 1000 - beganMs).toBeLessThan(24 * 3_600_000);
  expect(exp * 1000 - beganMs).toBeGreaterThan(3_600_000);
  const shown = { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' } as const;
  const text = Buffer.from(`${header}.${claims}`);
  expect(verify('sha256', text, shown, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '86400' });
});

test.each([
  ['info', 'raised', 'low'],
  ['warning', 'raised', 'normal'],
  ['critical', 'raised', 'high'],
  ['critical', 'cleared', 'normal'],
] as const)('what is %s and %s is of the urgency %s', async (severity, type, urgency) => {
  const { receiver, send } = await createHttpChannelBench(push);
  await send({ type, alert: { severity } });
  expect(receiver.received[0]!.headers.urgency).toBe(urgency);
});

test('what was not fetched yet is replaced by what comes next of the same alert', async () => {
  const { receiver, send } = await createHttpChannelBench(push);
  await send();
  await send({ type: 'cleared' });
  await send({ alert: { id: 'alert-2' } });
  const topics = receiver.received.map(({ headers }) => headers.topic);
  expect(topics[0]).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(topics[1]).toBe(topics[0]);
  expect(topics[2]).not.toBe(topics[0]);
});

test('a digest and a test stand by themselves', async () => {
  const { send, latest } = await createHttpChannelBench(push);
  await send({ type: 'test', payload: null });
  expect(await latest()).toMatchObject({ tag: notificationId, type: 'test' });
  const digest = { reason: 'group', members: [payload!] } as const;
  await send({
    type: 'digest',
    payload: { ...payload!, digest: { ...digest, members: [payload!] } },
  });
  expect(await latest()).toMatchObject({ tag: notificationId, type: 'digest' });
});

test.each([404, 410])('a browser that is no longer subscribed (%d) ends it', async (status) => {
  const { receiver, send } = await createHttpChannelBench(push);
  receiver.answer(status);
  expect(await send()).toEqual({
    ok: false,
    retryable: false,
    detail: `the browser is no longer subscribed: HTTP ${status}`,
  });
});

test('a long message is cut to what a push service takes', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(push);
  await send({ message: { ...message, subject: '漢'.repeat(200), body: '漢"\n'.repeat(9000) } });
  expect(receiver.received[0]!.bytes.length).toBeLessThanOrEqual(4096);
  expect(receiver.received[0]!.bytes.length).toBeGreaterThan(3900);
  expect((await latest()).body).toMatch(/…$/);
});

test('a key that is no point of the curve is refused when the contact is made and when it is sent', async () => {
  const keys = { ...browser.keys, p256dh: `B${'A'.repeat(86)}` };
  const { channel, receiver, send, settings } = await createHttpChannelBench({
    ...push,
    settingsFor: (base) => ({ ...push.settingsFor(base), keys }),
  });
  expect(channel.findProblems(settings)).toMatchObject([{ pointer: '/keys/p256dh' }]);
  expect(await send()).toMatchObject({ ok: false, retryable: false });
  expect(receiver.received).toEqual([]);
});
