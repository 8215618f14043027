import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit, titleOf } from '../chat-text.ts';
import { createHttpChannel } from '../http-channel.ts';
import { TeamsSettings } from './teams.schema.ts';

/** Teams takes 28 KB: so many characters of at most 3 bytes, in so many lines with what makes each a block. */
const BODY_LENGTH = 6000;
const MOST_LINES = 60;

/** Posts each notification to a workflow of Microsoft Teams, as an Adaptive Card. */
export function createTeamsChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'teams',
    settingsSchema: TeamsSettings,
    secretFields: ['url'],
    addressField: 'url',
    write: (request) => ({
      url: (request.contact.settings as TeamsSettings).url,
      body: {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: cardOf(request),
          },
        ],
      },
    }),
  });
}

/** https://adaptivecards.io/explorer/AdaptiveCard.html: text blocks would read Markdown, text runs read none. */
function cardOf(request: SendRequest) {
  const { body, link, acknowledgeLink, language } = request.message;
  const links = [link, acknowledgeLink].filter((one) => one !== undefined);
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    lang: language,
    body: [
      blockOf({ text: titleOf(request), weight: 'bolder', size: 'medium' }),
      ...linesOf(body).map((text) => ({ ...blockOf({ text }), spacing: 'none' })),
    ],
    ...(links.length > 0
      ? { actions: links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })) }
      : {}),
  };
}

function blockOf(run: { text: string; weight?: 'bolder'; size?: 'medium' }) {
  return { type: 'RichTextBlock', inlines: [{ type: 'TextRun', ...run }] };
}

function linesOf(body: string): string[] {
  const lines = escapeToFit(body, { limit: BODY_LENGTH })
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length <= MOST_LINES ? lines : [...lines.slice(0, MOST_LINES - 1), '…'];
}
