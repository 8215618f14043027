import type { NotificationPayload } from '#domain/notification-payload.ts';
import { formatTime } from '#domain/time.ts';
import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit } from '../chat-text.ts';
import { baseOf, createHttpChannel } from '../http-channel.ts';
import { type IncidentChange, incidentChanges, severityOfAll } from '../incidents.ts';
import { PagerdutySettings } from './pagerduty.schema.ts';

const API_URL = 'https://events.pagerduty.com';
/** Longer ones are refused. */
const SUMMARY_LENGTH = 1024;
/** An event may have 512 KB. */
const BODY_LENGTH = 20_000;

/** Keeps one incident of PagerDuty for each alert: https://developer.pagerduty.com/docs/events-api-v2-overview */
export function createPagerdutyChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'pagerduty',
    settingsSchema: PagerdutySettings,
    secretFields: ['routing_key'],
    addressField: 'api_url',
    write(request) {
      const settings = request.contact.settings as PagerdutySettings;
      const { routing_key, api_url = API_URL } = settings;
      return incidentChanges(request).map((change) => ({
        url: `${baseOf(api_url)}/v2/enqueue`,
        body: { routing_key, ...eventOf(change, request) },
      }));
    },
  });
}

const ACTIONS = { open: 'trigger', acknowledge: 'acknowledge', close: 'resolve' } as const;

function eventOf({ key, action }: IncidentChange, request: SendRequest) {
  const { message, payload, createdMs } = request;
  const { link } = message;
  const about = { event_action: ACTIONS[action], dedup_key: key };
  // Of an alert that a digest names there is nothing more to say: what happens to it is all.
  if (payload?.digest && action !== 'open') return about;
  return {
    ...about,
    payload: {
      summary: escapeToFit(message.subject, { limit: SUMMARY_LENGTH }),
      severity: payload === null ? 'info' : severityOfAll(payload),
      timestamp: formatTime(createdMs),
      ...(payload === null || payload.digest ? { source: 'Vigie' } : thingsOf(payload)),
      custom_details: { message: escapeToFit(message.body, { limit: BODY_LENGTH }) },
    },
    client: 'Vigie',
    ...(link ? { client_url: link.url, links: [{ href: link.url, text: link.label }] } : {}),
  };
}

function thingsOf({ sensor, alert, rule }: NotificationPayload) {
  return {
    source: sensor.name ?? sensor.id,
    component: sensor.id,
    ...(sensor.location === null ? {} : { group: sensor.location }),
    class: `${rule.id} (${alert.condition})`,
  };
}
