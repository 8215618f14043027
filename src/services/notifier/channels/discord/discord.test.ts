import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createDiscordChannel } from './discord.ts';

const discord = {
  name: 'discord',
  create: createDiscordChannel,
  settingsFor: (base: string) => ({ url: `${base}/api/webhooks/1/verysecret` }),
  path: '/api/webhooks/1/verysecret',
};
httpChannelContract(discord);

const { message } = sendRequest({ channel: 'discord', settings: {} });

test('Discord shows subject, body and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(discord);
  const link = { label: 'Details', url: 'https://vigie.example.org/#alert=a_1' };
  await send({ message: { ...message, link } });
  const { content, embeds } = latest();
  expect(content).toBe('⚠️ \\[Warning\\] Too warm: Freezer 3');
  expect(embeds[0]).toMatchObject({ title: 'Details', url: link.url });
  expect(embeds[0].description).toContain('Value: 9.1 °C');
});

test('nothing that people write calls anybody in Discord, or becomes Markdown', async () => {
  const { send, latest } = await createHttpChannelBench(discord);
  await send({ message: { ...message, subject: '@everyone **now**', body: '[x](https://evil)' } });
  const posted = latest();
  expect(posted.allowed_mentions).toEqual({ parse: [] });
  expect(posted.content).toContain('@everyone \\*\\*now\\*\\*');
  expect(posted.embeds).toEqual([{ description: '\\[x\\](https://evil)' }]);
});

test('a long message is cut to what Discord takes', async () => {
  const { send, latest } = await createHttpChannelBench(discord);
  await send({ message: { ...message, subject: '*'.repeat(2000), body: '_'.repeat(9000) } });
  const { content, embeds } = latest();
  expect(content.length).toBeLessThanOrEqual(2000);
  expect(embeds[0].description.length).toBeLessThanOrEqual(4096);
  expect(embeds[0].description).toMatch(/_…$/);
});
