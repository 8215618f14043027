import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeMarkdown, escapeToFit, titleOf } from '../chat-text.ts';
import { createHttpChannel } from '../http-channel.ts';
import { DiscordSettings } from './discord.schema.ts';

/** https://docs.discord.com/developers/resources/webhook and …/message: of the content, and of an embed's text. */
const CONTENT_LENGTH = 2000;
const EMBED_LENGTH = 4096;
const LINK_TITLE_LENGTH = 256;

/** Posts each notification to a webhook of Discord. */
export function createDiscordChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'discord',
    settingsSchema: DiscordSettings,
    secretFields: ['url'],
    addressField: 'url',
    write: (request) => ({
      url: (request.contact.settings as DiscordSettings).url,
      body: messageOf(request),
    }),
  });
}

function messageOf(request: SendRequest) {
  const { body, link, acknowledgeLink } = request.message;
  const written = (text: string, limit: number) =>
    escapeToFit(text, { limit, escape: escapeMarkdown });
  return {
    content: written(titleOf(request), CONTENT_LENGTH),
    embeds: [
      {
        description: written(body, EMBED_LENGTH),
        ...(acknowledgeLink
          ? { fields: [{ name: '\u200b', value: linkTo(acknowledgeLink) }] }
          : {}),
        ...(link ? { title: written(link.label, LINK_TITLE_LENGTH), url: link.url } : {}),
      },
    ],
    // Nobody is called, whatever the message says.
    allowed_mentions: { parse: [] },
  };
}

function linkTo({ label, url }: { label: string; url: string }): string {
  return `[${escapeMarkdown(label)}](${url})`;
}
