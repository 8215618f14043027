import { escapeHtml } from '#engine/messages/plain-text.ts';
import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit, titleOf } from '../chat-text.ts';
import { baseOf, createHttpChannel } from '../http-channel.ts';
import { TelegramSettings } from './telegram.schema.ts';

const API_URL = 'https://api.telegram.org';
/** A message may have 4,096 characters; title and body have less, and the link comes last. */
const TITLE_LENGTH = 500;
const BODY_LENGTH = 3000;

/** Sends each notification as a bot of Telegram: https://core.telegram.org/bots/api#sendmessage */
export function createTelegramChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'telegram',
    settingsSchema: TelegramSettings,
    secretFields: ['token'],
    addressField: 'api_url',
    write(request) {
      const settings = request.contact.settings as TelegramSettings;
      const { token, chat_id, thread_id, api_url = API_URL } = settings;
      return {
        url: `${baseOf(api_url)}/bot${token}/sendMessage`,
        body: {
          chat_id,
          ...(thread_id === undefined ? {} : { message_thread_id: thread_id }),
          text: textOf(request),
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
        },
      };
    },
  });
}

function textOf(request: SendRequest): string {
  const { body, link, acknowledgeLink } = request.message;
  const written = (text: string, limit: number) => escapeToFit(text, { limit, escape: escapeHtml });
  const blocks = [`<b>${written(titleOf(request), TITLE_LENGTH)}</b>`, written(body, BODY_LENGTH)];
  for (const one of [link, acknowledgeLink])
    if (one) blocks.push(`<a href="${escapeHtml(one.url)}">${escapeHtml(one.label)}</a>`);
  return blocks.join('\n\n');
}
