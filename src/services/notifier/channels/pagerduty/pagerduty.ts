import type { NotificationPayload } from '#domain/notification-payload.ts';
import { SEVERITIES, type Severity } from '#domain/rule.ts';
import { formatTime } from '#domain/time.ts';
import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit } from '../chat-text.ts';
import { baseOf, createHttpChannel } from '../http-channel.ts';
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
      return {
        url: `${baseOf(api_url)}/v2/enqueue`,
        body: { routing_key, ...eventOf(request) },
      };
    },
  });
}

function eventOf(request: SendRequest) {
  const { message, payload, createdMs } = request;
  const { link } = message;
  return {
    event_action: actionOf(request.type),
    dedup_key: dedupKeyOf(request),
    payload: {
      summary: escapeToFit(message.subject, { limit: SUMMARY_LENGTH }),
      severity: payload === null ? 'info' : severityOf(payload),
      timestamp: formatTime(createdMs),
      ...(payload === null || payload.digest ? { source: 'Vigie' } : thingsOf(payload)),
      custom_details: { message: escapeToFit(message.body, { limit: BODY_LENGTH }) },
    },
    client: 'Vigie',
    ...(link ? { client_url: link.url, links: [{ href: link.url, text: link.label }] } : {}),
  };
}

function actionOf(type: SendRequest['type']): 'trigger' | 'acknowledge' | 'resolve' {
  if (type === 'cleared') return 'resolve';
  return type === 'acknowledged' ? 'acknowledge' : 'trigger';
}

/** The alert; several at once, and a test, are an incident of their own. */
function dedupKeyOf({ payload, notificationId }: SendRequest): string {
  return payload === null || payload.digest ? notificationId : payload.alert.id;
}

/** The worst of what still stands: good news alone alarms nobody. */
function severityOf(payload: NotificationPayload): Severity {
  if (!payload.digest) return payload.alert.severity;
  const active = payload.digest.members.filter(({ alert }) => alert.state === 'active');
  const ranks = active.map(({ alert }) => SEVERITIES.indexOf(alert.severity));
  return SEVERITIES[Math.max(0, ...ranks)] ?? 'info';
}

function thingsOf({ sensor, alert, rule }: NotificationPayload) {
  return {
    source: sensor.name ?? sensor.id,
    component: sensor.id,
    ...(sensor.location === null ? {} : { group: sensor.location }),
    class: `${rule.id} (${alert.condition})`,
  };
}
