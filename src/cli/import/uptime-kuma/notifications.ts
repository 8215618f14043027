import { type ContactMap, draftContact } from '../config/contact-map.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import { isMembers, type Members, membersOf, textOf } from '../config/source-document.ts';

// Tested by: cli/import/uptime-kuma/uptime-kuma.test.ts

const secretUrl = (name: string) => ({ url: { from: [name], secret: true } }) as const;
const optional = (name: string) => ({ from: [name], optional: true }) as const;

/** How notifications become contacts, by their type in lower case; names as of Uptime Kuma 1.23 and 2. */
const TYPES: Readonly<Record<string, ContactMap>> = {
  smtp: {
    channel: 'email',
    derive: (config) => ({
      to: ['smtpTo', 'smtpCC', 'smtpBCC'].flatMap((name) => textOf(config[name]) ?? []).join(','),
    }),
    settings: { to: { from: ['to'], as: 'addresses' } },
    notes: () => ['the mail server is set for the whole platform: VIGIE_SMTP_URL'],
  },
  webhook: {
    channel: 'webhook',
    settings: secretUrl('webhookURL'),
    refuse: (config) =>
      config.httpMethod === 'get' ? 'it is called by GET; here webhooks are POST' : undefined,
    changes: (config) => [
      'the body is a CloudEvent for each alert, not the JSON of Uptime Kuma',
      ...(textOf(config.webhookAdditionalHeaders) === undefined
        ? []
        : ['headers of its own have no place: requests are signed (Standard Webhooks)']),
    ],
  },
  slack: { channel: 'slack', settings: secretUrl('slackwebhookURL') },
  discord: { channel: 'discord', settings: secretUrl('discordWebhookUrl') },
  mattermost: { channel: 'mattermost', settings: secretUrl('mattermostWebhookUrl') },
  teams: {
    channel: 'teams',
    settings: secretUrl('webhookUrl'),
    notes: () => ['the address has to be that of a workflow of Teams: connectors are no more'],
  },
  telegram: {
    channel: 'telegram',
    settings: {
      token: { from: ['telegramBotToken'], secret: true },
      chat_id: { from: ['telegramChatID'] },
      thread_id: { from: ['telegramMessageThreadID'], optional: true, as: 'integer' },
      api_url: {
        from: ['telegramServerUrl'],
        optional: true,
        unless: /^https:\/\/api\.telegram\.org\/?$/,
      },
    },
  },
  ntfy: {
    channel: 'ntfy',
    settings: {
      topic: { from: ['ntfytopic'], secret: true },
      token: { from: ['ntfyaccesstoken'], optional: true, secret: true },
      api_url: { from: ['ntfyserverurl'], optional: true, unless: /^https:\/\/ntfy\.sh\/?$/ },
    },
    refuse: (config) =>
      textOf(config.ntfyusername) === undefined
        ? undefined
        : 'it signs in with a user name; here a token is needed',
  },
  pushover: {
    channel: 'pushover',
    settings: {
      token: { from: ['pushoverapptoken'], secret: true },
      user: { from: ['pushoveruserkey'], secret: true },
      device: optional('pushoverdevice'),
    },
  },
  pagerduty: {
    channel: 'pagerduty',
    derive: ({ pagerdutyIntegrationUrl: url }) => ({
      api_url: textOf(url)?.replace(/\/v2\/enqueue\/?$/, ''),
    }),
    settings: {
      routing_key: { from: ['pagerdutyIntegrationKey'], secret: true },
      api_url: { from: ['api_url'], optional: true, unless: /^https:\/\/events\.pagerduty\.com$/ },
    },
  },
  opsgenie: {
    channel: 'opsgenie',
    settings: {
      api_key: { from: ['opsgenieApiKey'], secret: true },
      region: { from: ['opsgenieRegion'], optional: true, unless: /^us$/ },
    },
  },
};

/** Makes a contact of a notification; undefined where it was left out, which the report says. */
export function importNotification(
  notification: Members,
  { context, origin }: { context: ImportContext; origin: Origin },
): string | undefined {
  const config = configOf(notification.config);
  const type = String(config.type ?? notification.type ?? '?');
  const name = textOf(notification.name) ?? type;
  const about = { ...origin, what: `notification ${name} (${type})` };
  const map = Object.hasOwn(TYPES, type.toLowerCase()) ? TYPES[type.toLowerCase()] : undefined;
  if (map === undefined) {
    context.report.leftOut(about, `there is no channel for ${type}`);
    return undefined;
  }
  const isOff = notification.active === false || notification.active === 0;
  return draftContact(map, config, {
    ...context,
    wish: { id: name, name, origin: about, ...(isOff ? { extra: { enabled: false } } : {}) },
  });
}

/** Its settings, which a backup holds as a text of JSON. */
function configOf(config: unknown): Members {
  if (isMembers(config)) return config;
  try {
    return membersOf(JSON.parse(String(config)));
  } catch {
    return {};
  }
}
