import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit, titleOf } from '../chat-text.ts';
import { baseOf, createHttpChannel } from '../http-channel.ts';
import { PushoverSettings } from './pushover.schema.ts';

const API_URL = 'https://api.pushover.net';
/** https://pushover.net/api#limits */
const TITLE_LENGTH = 250;
const MESSAGE_LENGTH = 1024;
const URL_LENGTH = 512;
const URL_TITLE_LENGTH = 100;

/** https://pushover.net/api#priority: 1 rings through quiet hours of the phone, -1 makes no sound. */
const PRIORITIES = { info: -1, warning: 0, critical: 1 } as const;
const USUAL_PRIORITY = 0;

/** Sends each notification to the phones of a user or a group of Pushover. */
export function createPushoverChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'pushover',
    settingsSchema: PushoverSettings,
    secretFields: ['token', 'user'],
    addressField: 'api_url',
    write(request) {
      const settings = request.contact.settings as PushoverSettings;
      const { api_url = API_URL, ...recipient } = settings;
      return {
        url: `${baseOf(api_url)}/1/messages.json`,
        body: { ...recipient, ...messageOf(request) },
      };
    },
  });
}

function messageOf(request: SendRequest) {
  const { body, link } = request.message;
  return {
    title: escapeToFit(titleOf(request), { limit: TITLE_LENGTH }),
    message: escapeToFit(body, { limit: MESSAGE_LENGTH }),
    priority: priorityOf(request),
    // What had to wait says when it was made.
    timestamp: Math.floor(request.createdMs / 1000),
    // Half an address leads nowhere.
    ...(link && link.url.length <= URL_LENGTH
      ? { url: link.url, url_title: escapeToFit(link.label, { limit: URL_TITLE_LENGTH }) }
      : {}),
  };
}

/** Good news wakes nobody. */
function priorityOf({ type, payload }: SendRequest): number {
  const isGood = type === 'cleared' || type === 'acknowledged' || type === 'test';
  return payload === null || isGood ? USUAL_PRIORITY : PRIORITIES[payload.alert.severity];
}
