import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeMarkdown, escapeToFit, titleOf } from '../chat-text.ts';
import { createHttpChannel } from '../http-channel.ts';
import { MattermostSettings } from './mattermost.schema.ts';

/** A post may have 16,383 characters; the title has at most 200, escaped twice as many, and the link comes last. */
const TITLE_LENGTH = 500;
const BODY_LENGTH = 12_000;

/** Posts each notification to an incoming webhook of Mattermost. */
export function createMattermostChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'mattermost',
    settingsSchema: MattermostSettings,
    secretFields: ['url'],
    addressField: 'url',
    write: (request) => ({
      url: (request.contact.settings as MattermostSettings).url,
      body: { text: textOf(request) },
    }),
  });
}

function textOf(request: SendRequest): string {
  const { body, link, acknowledgeLink } = request.message;
  const written = (text: string, limit: number) =>
    escapeToFit(text, { limit, escape: escapeAndHush });
  const blocks = [`**${written(titleOf(request), TITLE_LENGTH)}**`, written(body, BODY_LENGTH)];
  for (const one of [link, acknowledgeLink])
    if (one) blocks.push(`[${escapeAndHush(one.label)}](<${one.url}>)`);
  return blocks.join('\n\n');
}

/** Webhooks may call everybody, so that a sign that nobody sees parts `@` from the name. */
function escapeAndHush(text: string): string {
  return escapeMarkdown(text).replaceAll('@', '@\u200b');
}
