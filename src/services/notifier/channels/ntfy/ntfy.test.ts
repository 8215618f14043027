import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createNtfyChannel } from './ntfy.ts';

const ntfy = {
  name: 'ntfy',
  create: createNtfyChannel,
  settingsFor: (base: string) => ({ topic: 'verysecret', token: 'tk_hidden123', api_url: base }),
  path: '/',
};
httpChannelContract(ntfy);

const { message } = sendRequest({ channel: 'ntfy', settings: {} });

test('ntfy shows subject and body, and opens the alert', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(ntfy);
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=a_1' };
  await send({ message: { ...message, link } });
  expect(latest()).toEqual({
    topic: 'verysecret',
    title: '⚠️ [Warning] Too warm: Freezer 3',
    message: message.body,
    priority: 4,
    click: link.url,
  });
  expect(receiver.received[0]!.headers.authorization).toBe('Bearer tk_hidden123');
});

test('a public topic needs no token', async () => {
  const { receiver, send } = await createHttpChannelBench({
    ...ntfy,
    settingsFor: (base) => ({ topic: 'freezers', api_url: base }),
  });
  await send();
  expect(receiver.received[0]!.headers).not.toHaveProperty('authorization');
});

test.each([
  ['info', 'raised', 3],
  ['critical', 'raised', 5],
  ['critical', 'escalated', 5],
  ['critical', 'cleared', 3],
  ['critical', 'acknowledged', 3],
] as const)('an alert that is %s and %s has priority %d', async (severity, type, priority) => {
  const { send, latest } = await createHttpChannelBench(ntfy);
  await send({ type, alert: { severity } });
  expect(latest().priority).toBe(priority);
});

test('a long message is cut to what ntfy shows', async () => {
  const { send, latest } = await createHttpChannelBench(ntfy);
  await send({ message: { ...message, body: '漢'.repeat(9000) } });
  expect(Buffer.byteLength(latest().message)).toBeLessThanOrEqual(4096);
  expect(latest().message).toMatch(/…$/);
});
