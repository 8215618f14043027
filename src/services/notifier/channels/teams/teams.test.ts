import { expect, test } from 'vitest';
import { sendRequest } from '#test/support/send-request.ts';
import { createHttpChannelBench, httpChannelContract } from '../http-channel.contract.ts';
import { createTeamsChannel } from './teams.ts';

const teams = {
  name: 'teams',
  create: createTeamsChannel,
  settingsFor: (base: string) => ({ url: `${base}/workflows/verysecret/invoke?sig=hidden` }),
  path: '/workflows/verysecret/invoke?sig=hidden',
};
httpChannelContract(teams);

const { message } = sendRequest({ channel: 'teams', settings: {} });
const TEAMS_LIMIT_BYTES = 28_000;

/** What the card says, one text for each block. */
function textsOf(card: { body: { inlines: { text: string }[] }[] }): string[] {
  return card.body.map(({ inlines }) => inlines[0]!.text);
}

test('Teams shows an Adaptive Card with subject, body and a link to the alert', async () => {
  const { send, latest } = await createHttpChannelBench(teams);
  const link = { label: 'Open', url: 'https://vigie.example.org/#alert=a_1' };
  await send({ message: { ...message, link } });
  const [attachment] = latest().attachments;
  expect(attachment.contentType).toBe('application/vnd.microsoft.card.adaptive');
  const texts = textsOf(attachment.content);
  expect(texts[0]).toBe('⚠️ [Warning] Too warm: Freezer 3');
  expect(texts).toContain('Value: 9.1 °C');
  expect(attachment.content).toMatchObject({ type: 'AdaptiveCard', version: '1.4', lang: 'en' });
  expect(attachment.content.actions).toEqual([
    { type: 'Action.OpenUrl', title: 'Open', url: link.url },
  ]);
});

test('what people write stands in text runs, which know no Markdown', async () => {
  const { send, latest } = await createHttpChannelBench(teams);
  await send({ message: { ...message, body: '**now** [x](https://evil)\n\n- y' } });
  const { content } = latest().attachments[0];
  expect(textsOf(content).slice(1)).toEqual(['**now** [x](https://evil)', '- y']);
  expect(content.body).toMatchObject(Array(3).fill({ type: 'RichTextBlock' }));
  expect(content).not.toHaveProperty('actions');
});

test.each([
  ['of long lines', '漢'.repeat(20_000)],
  ['of signs that JSON escapes', '"'.repeat(20_000)],
  ['of short lines', '漢字\n'.repeat(10_000)],
])('a long message %s is cut to what Teams takes', async (_what, body) => {
  const { receiver, send, latest } = await createHttpChannelBench(teams);
  await send({ message: { ...message, body } });
  expect(Buffer.byteLength(receiver.received[0]!.body)).toBeLessThan(TEAMS_LIMIT_BYTES);
  expect(textsOf(latest().attachments[0].content).at(-1)).toMatch(/…$/);
});
