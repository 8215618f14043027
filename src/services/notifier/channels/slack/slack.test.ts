import { expect, test } from 'vitest';
import { renderMessage } from '#engine/messages/render-message.ts';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createSlackChannel } from './slack.ts';

const slack = {
  name: 'slack',
  create: createSlackChannel,
  settingsFor: (base: string) => ({ url: `${base}/services/T000/B000/verysecret` }),
  path: '/services/T000/B000/verysecret',
};
httpChannelContract(slack);

test('Slack shows subject, body and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(slack);
  const { payload, contact } = sendRequest({ channel: 'slack', settings: {} });
  const publicUrl = 'https://vigie.example.org';
  await send({
    message: renderMessage({ type: 'raised', payload: payload!, reader: contact, publicUrl }),
  });
  const { text, blocks } = latest();
  expect(text).toBe('⚠️ [Warning] Too warm: Freezer 3');
  expect(blocks[0].text.text).toBe(text);
  expect(blocks[1].text).toMatchObject({ type: 'plain_text' });
  expect(blocks[1].text.text).toContain('Value: 9.1 °C');
  expect(blocks[2].text.text).toBe(`<${publicUrl}/#alert=alert-1|Open>`);
});

test('nothing that people write calls everybody in Slack', async () => {
  const { send, latest } = await createHttpChannelBench(slack);
  const { message } = sendRequest({ channel: 'slack', settings: {} });
  await send({ message: { ...message, subject: '<!channel> & co', body: '<@U1>' } });
  const { text, blocks } = latest();
  expect(text).toContain('&lt;!channel&gt; &amp; co');
  expect(blocks[1].text.text).toBe('&lt;@U1&gt;');
  expect(blocks).toHaveLength(2);
});

test('a long message is cut to what Slack takes', async () => {
  const { send, latest } = await createHttpChannelBench(slack);
  const { message } = sendRequest({ channel: 'slack', settings: {} });
  await send({ message: { ...message, subject: '&'.repeat(200), body: '<x>'.repeat(5000) } });
  const { blocks } = latest();
  expect(blocks[0].text.text.length).toBeLessThanOrEqual(150);
  expect(blocks[1].text.text.length).toBeLessThanOrEqual(3000);
  expect(blocks[1].text.text).toMatch(/…$/);
});
