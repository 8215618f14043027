import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createPushoverChannel } from './pushover.ts';

const token = 'azGDORePK8gMaC0QOYAMyEEuzJnyUi';
const user = 'uQiRzpo4DXghDmr9QzzfQu27cmVRsG';
const pushover = {
  name: 'pushover',
  create: createPushoverChannel,
  settingsFor: (base: string) => ({ token, user, api_url: base }),
  path: '/1/messages.json',
};
httpChannelContract(pushover);

const { message } = sendRequest({ channel: 'pushover', settings: {} });

test('Pushover shows subject, body and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(pushover);
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=a_1' };
  await send({ message: { ...message, link } });
  expect(latest()).toEqual({
    token,
    user,
    title: '⚠️ [Warning] Too warm: Freezer 3',
    message: message.body,
    priority: 0,
    timestamp: Date.parse('2026-11-22T05:00:00Z') / 1000,
    url: link.url,
    url_title: 'Open',
  });
});

test('one device is named where the contact has one', async () => {
  const { send, latest } = await createHttpChannelBench({
    ...pushover,
    settingsFor: (base) => ({ ...pushover.settingsFor(base), device: 'phone' }),
  });
  await send();
  expect(latest().device).toBe('phone');
});

test.each([
  ['info', 'raised', -1],
  ['critical', 'raised', 1],
  ['critical', 'escalated', 1],
  ['critical', 'cleared', 0],
  ['critical', 'acknowledged', 0],
] as const)('an alert that is %s and %s has priority %d', async (severity, type, priority) => {
  const { send, latest } = await createHttpChannelBench(pushover);
  await send({ type, alert: { severity } });
  expect(latest().priority).toBe(priority);
});

test('a long message is cut to what Pushover takes, and an address that is too long left out', async () => {
  const { send, latest } = await createHttpChannelBench(pushover);
  const link = { label: 'Open', url: `https://vigie.example.org/${'x'.repeat(600)}` };
  await send({ message: { ...message, subject: 'x'.repeat(300), body: '漢'.repeat(2000), link } });
  expect(latest().title.length).toBeLessThanOrEqual(250);
  expect(latest().message).toHaveLength(1024);
  expect(latest().message).toMatch(/…$/);
  expect(latest()).not.toHaveProperty('url');
});
