import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit, titleOf } from '../chat-text.ts';
import { baseOf, createHttpChannel } from '../http-channel.ts';
import { NtfySettings } from './ntfy.schema.ts';

const API_URL = 'https://ntfy.sh';
/** What is longer than 4,096 bytes would arrive as an attached file. */
const BODY_BYTES = 4000;
const TITLE_LENGTH = 250;

/** https://docs.ntfy.sh/publish/#message-priority: 3 is as usual, 5 rings through. */
const PRIORITIES = { info: 3, warning: 4, critical: 5 } as const;
const USUAL_PRIORITY = 3;

/** Publishes each notification to a topic of ntfy: https://docs.ntfy.sh/publish/#publish-as-json */
export function createNtfyChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'ntfy',
    settingsSchema: NtfySettings,
    secretFields: ['topic', 'token'],
    addressField: 'api_url',
    write(request) {
      const { topic, token, api_url = API_URL } = request.contact.settings as NtfySettings;
      const { body, link, acknowledgeLink } = request.message;
      return {
        url: `${baseOf(api_url)}/`,
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        body: {
          topic,
          title: escapeToFit(titleOf(request), { limit: TITLE_LENGTH }),
          message: escapeToFit(body, { limit: BODY_BYTES, sizeOf: Buffer.byteLength }),
          priority: priorityOf(request),
          ...(link ? { click: link.url } : {}),
          ...(acknowledgeLink
            ? {
                actions: [
                  { action: 'view', label: acknowledgeLink.label, url: acknowledgeLink.url },
                ],
              }
            : {}),
        },
      };
    },
  });
}

/** Good news wakes nobody. */
function priorityOf({ type, payload }: SendRequest): number {
  const isGood = type === 'cleared' || type === 'acknowledged' || type === 'test';
  return payload === null || isGood ? USUAL_PRIORITY : PRIORITIES[payload.alert.severity];
}
