import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createMattermostChannel } from './mattermost.ts';

const mattermost = {
  name: 'mattermost',
  create: createMattermostChannel,
  settingsFor: (base: string) => ({ url: `${base}/hooks/verysecret` }),
  path: '/hooks/verysecret',
};
httpChannelContract(mattermost);

const { message } = sendRequest({ channel: 'mattermost', settings: {} });

test('Mattermost shows subject, body and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(mattermost);
  const link = { label: 'Details', url: 'https://vigie.example.org/#alert=a_1' };
  await send({ message: { ...message, link } });
  const { text } = latest();
  expect(text).toMatch(/^\*\*⚠️ \\\[Warning\\\] Too warm: Freezer 3\*\*\n\n/);
  expect(text).toContain('Value: 9.1 °C');
  expect(text).toMatch(/\n\n\[Details\]\(<https:\/\/vigie\.example\.org\/#alert=a_1>\)$/);
});

test('nothing that people write calls anybody in Mattermost, or becomes Markdown', async () => {
  const { send, latest } = await createHttpChannelBench(mattermost);
  await send({ message: { ...message, subject: '@all', body: '@channel **now**' } });
  expect(latest().text).toBe('**⚠️ @\u200ball**\n\n@\u200bchannel \\*\\*now\\*\\*');
});

test('a long message is cut to what Mattermost takes', async () => {
  const { send, latest } = await createHttpChannelBench(mattermost);
  await send({ message: { ...message, body: '@'.repeat(20_000) } });
  const { text } = latest();
  expect(text.length).toBeLessThanOrEqual(16_383);
  expect(text).toMatch(/…$/);
});
