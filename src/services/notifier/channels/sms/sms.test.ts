import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, form, httpChannelContract } from '../http-channel.contract.ts';
import { SmsSettings } from './sms.schema.ts';
import { createSmsChannel } from './sms.ts';
import { plainer, segmentsOf, smsText } from './sms-text.ts';

const account = 'AC0123456789abcdef0123456789abcdef';
const token = 'not-a-real-token';
const whole = { to: '+33612345678', from: '+33700000000', account, token };
const sms = {
  name: 'sms',
  create: createSmsChannel,
  settingsFor: (base: string) => ({ ...whole, api_url: base }),
  path: `/2010-04-01/Accounts/${account}/Messages.json`,
  ...form,
};
httpChannelContract(sms);

const { message } = sendRequest({ channel: 'sms', settings: {} });

test('the gateway gets a form, and who signs in', async () => {
  const { receiver, send, latest } = await createHttpChannelBench(sms);
  await send();
  const [post] = receiver.received;
  expect(post!.headers.authorization).toBe(`Basic ${btoa(`${account}:${token}`)}`);
  expect(latest()).toEqual({
    To: '+33612345678',
    From: '+33700000000',
    Body: plainer(message.short),
  });
  expect(latest().Body).toContain('9.1 C');
});

test('an API key signs in by its own name, and a messaging service may send', async () => {
  const from = 'MG0123456789abcdef0123456789abcdef';
  const { receiver, send, latest } = await createHttpChannelBench({
    ...sms,
    settingsFor: (base) => ({ ...sms.settingsFor(base), from, user: 'SKkey' }),
  });
  await send();
  expect(receiver.received[0]!.headers.authorization).toBe(`Basic ${btoa(`SKkey:${token}`)}`);
  expect(receiver.received[0]!.path).toBe(sms.path);
  expect(latest()).toMatchObject({ MessagingServiceSid: from });
  expect(latest()).not.toHaveProperty('From');
});

test.each([
  ['en', ' [cut]'],
  ['fr', ' [coupé]'],
] as const)(
  'what is longer than the contact pays for is cut, and says so (%s)',
  async (language, mark) => {
    const { send, latest } = await createHttpChannelBench({
      ...sms,
      settingsFor: (base) => ({ ...sms.settingsFor(base), segments: 1 }),
    });
    await send({ message: { ...message, language, short: 'word '.repeat(80) } });
    expect(latest().Body.endsWith(`word${mark}`)).toBe(true);
    expect(segmentsOf(latest().Body)).toBe(1);
    expect(latest().Body.length).toBeGreaterThan(140);
  },
);

test('a link goes with it only where nothing is cut for it', async () => {
  const { send, latest } = await createHttpChannelBench(sms);
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=alert-1' };
  const acknowledgeLink = { label: 'Ack', url: `https://vigie.example.org/ack/${'x'.repeat(300)}` };
  await send({ message: { ...message, link, acknowledgeLink } });
  expect(latest().Body).toBe(`${plainer(message.short)}\n${link.url}`);
});

describe('the length of a text message', () => {
  test.each([
    ['a'.repeat(160), 1],
    ['a'.repeat(161), 2],
    ['a'.repeat(306), 2],
    ['a'.repeat(307), 3],
    ['€'.repeat(80), 1],
    ['€'.repeat(81), 2],
    ['漢'.repeat(70), 1],
    ['漢'.repeat(71), 2],
    ['漢'.repeat(135), 3],
    ['😀'.repeat(35), 1],
    ['😀'.repeat(36), 2],
  ])('%s… takes %d', (text, segments) => {
    expect(segmentsOf(text)).toBe(segments);
  });

  test.each([
    ['9,1 °C', '9,1 C'],
    ['Fenêtre ouverte : « cœur »', 'Fenetre ouverte : "coeur"'],
    ['20 µg/m³ à 45°', '20 ug/m3 à 45 deg'],
    ['氷 9 °C', '氷 9 °C'],
  ])('%s is written as %s', (text, written) => {
    expect(plainer(text)).toBe(written);
  });

  test.each(['漢字 '.repeat(700), '😀'.repeat(700), 'x'.repeat(2000), '{'.repeat(700)])(
    'never passes what the contact pays for, nor ends in half a sign',
    (text) => {
      for (const segments of [1, 2, 5]) {
        const written = smsText(text, { segments, links: [], cutMark: ' [coupé]' });
        expect(segmentsOf(written)).toBeLessThanOrEqual(segments);
        expect(written.isWellFormed()).toBe(true);
        expect(written).toMatch(/ \[coupé\]$/);
        expect(segmentsOf(`${written}${'x'.repeat(30)}`)).toBeGreaterThan(segments);
      }
    },
  );
});

test.each([
  ['to', '0612345678'],
  ['to', '+336 12'],
  ['from', 'a name that is too long'],
  ['account', '../Accounts'],
  ['user', 'a:b'],
  ['token', 'a\nb'],
  ['segments', 0],
])('%s cannot be %j', (field, value) => {
  expect(Value.Check(SmsSettings, whole)).toBe(true);
  expect(Value.Check(SmsSettings, { ...whole, [field]: value })).toBe(false);
});
