import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit, titleOf } from '../chat-text.ts';
import { createHttpChannel } from '../http-channel.ts';
import { SlackSettings } from './slack.schema.ts';

/** https://docs.slack.dev/reference/block-kit/blocks: of a header, and of a section. */
const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3000;

/** Posts each notification to an incoming webhook of Slack, as blocks of plain text. */
export function createSlackChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'slack',
    settingsSchema: SlackSettings,
    secretFields: ['url'],
    addressField: 'url',
    write: (request) => ({
      url: (request.contact.settings as SlackSettings).url,
      body: messageOf(request),
    }),
  });
}

function messageOf(request: SendRequest) {
  const { body, link, acknowledgeLink } = request.message;
  const links = [link, acknowledgeLink].filter((one) => one !== undefined);
  const plain = (text: string, limit: number) => ({
    type: 'plain_text',
    text: escapeToFit(text, { limit, escape: escapeEntities }),
    emoji: false,
  });
  const title = titleOf(request);
  return {
    // What notifications show, and programs that do not know blocks.
    text: escapeToFit(title, { limit: SECTION_LENGTH, escape: escapeEntities }),
    mrkdwn: false,
    unfurl_links: false,
    blocks: [
      { type: 'header', text: plain(title, HEADER_LENGTH) },
      { type: 'section', text: plain(body, SECTION_LENGTH) },
      ...links.map((one) => ({ type: 'section', text: { type: 'mrkdwn', text: linkOf(one) } })),
    ],
  };
}

function linkOf({ url, label }: { url: string; label: string }): string {
  return `<${escapeEntities(url)}|${escapeEntities(label)}>`;
}

/** https://docs.slack.dev/messaging/formatting-message-text: these three are all that has a meaning. */
function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
