import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createTelegramChannel } from './telegram.ts';

const token = '123456789:AAverysecretAAverysecretAAverysecret';
const telegram = {
  name: 'telegram',
  create: createTelegramChannel,
  settingsFor: (base: string) => ({ token, chat_id: '-1001234567890', api_url: `${base}/` }),
  path: `/bot${token}/sendMessage`,
};
httpChannelContract(telegram);

const { message } = sendRequest({ channel: 'telegram', settings: {} });

test('Telegram shows subject, body and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(telegram);
  const link = { label: 'Open', url: 'https://vigie.example.org/?a&b#alert=a_1' };
  await send({ message: { ...message, link } });
  const { text, ...others } = latest();
  expect(others).toEqual({
    chat_id: '-1001234567890',
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  });
  expect(text).toMatch(/^<b>⚠️ \[Warning\] Too warm: Freezer 3<\/b>\n\n/);
  expect(text).toContain('Value: 9.1 °C');
  expect(text).toMatch(/<a href="https:\/\/vigie\.example\.org\/\?a&amp;b#alert=a_1">Open<\/a>$/);
});

test('a topic of a group is named where the contact has one', async () => {
  const { send, latest } = await createHttpChannelBench({
    ...telegram,
    settingsFor: (base) => ({ ...telegram.settingsFor(base), thread_id: 7 }),
  });
  await send();
  expect(latest().message_thread_id).toBe(7);
});

test('nothing that people write becomes a tag in Telegram', async () => {
  const { send, latest } = await createHttpChannelBench(telegram);
  await send({ message: { ...message, subject: '</b><i>', body: '<a href="x">&' } });
  expect(latest().text).toBe('<b>⚠️ &lt;/b&gt;&lt;i&gt;</b>\n\n&lt;a href=&quot;x&quot;&gt;&amp;');
});

test('a long message is cut to what Telegram takes', async () => {
  const { send, latest } = await createHttpChannelBench(telegram);
  await send({ message: { ...message, subject: '&'.repeat(200), body: '<'.repeat(9000) } });
  const { text } = latest();
  expect(text.length).toBeLessThanOrEqual(4096);
  expect(text).toMatch(/(&lt;)+…$/);
});

test('Telegram says in its body how long to wait', async () => {
  const { receiver, send } = await createHttpChannelBench(telegram);
  const answer =
    '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 5","parameters":{"retry_after":5}}';
  receiver.answer((_, response) => response.writeHead(429).end(answer));
  expect(await send()).toMatchObject({ retryable: true, retryAfterMs: 5000 });
});
