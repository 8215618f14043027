import { type ContactMap, draftContact } from '../config/contact-map.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import { listOf, type Members, membersOf, textOf } from '../config/source-document.ts';
import type { ReceiverContacts } from '../routing/route.ts';

// Tested by: cli/import/alertmanager/alertmanager.test.ts

const OWN_TEXTS =
  'texts of its own (title, message, templates) have no place: Vigie makes the messages';
const TEXT_FIELDS = ['title', 'text', 'message', 'html', 'headers', 'description', 'payload'];

const ownTexts = (config: Members): string[] =>
  TEXT_FIELDS.some((name) => config[name] !== undefined) ? [OWN_TEXTS] : [];

const credentials = (config: Members): string | undefined => {
  const http = membersOf(config.http_config);
  return ['authorization', 'basic_auth', 'oauth2', 'http_headers', 'bearer_token'].some(
    (name) => http[name] !== undefined,
  )
    ? 'credentials in http_config: requests are signed (Standard Webhooks) instead'
    : undefined;
};

const secretUrl = (from: readonly string[]) => ({ url: { from, secret: true } as const });

/** How integrations of a receiver become contacts, by their name in the file. */
const INTEGRATIONS: Readonly<Record<string, ContactMap & { resolves: boolean }>> = {
  email_configs: {
    channel: 'email',
    resolves: false,
    settings: {
      to: { from: ['to'], as: 'addresses' },
      from: { from: ['from'], optional: true },
    },
    changes: ownTexts,
    notes: () => ['the mail server is set for the whole platform: VIGIE_SMTP_URL'],
  },
  webhook_configs: {
    channel: 'webhook',
    resolves: true,
    settings: { url: { from: ['url', 'url_file'], secret: true } },
    refuse: credentials,
    changes: (config) => [
      'the body is a CloudEvent for each alert, not the JSON of Alertmanager',
      ...ownTexts(config),
    ],
  },
  slack_configs: {
    channel: 'slack',
    resolves: false,
    settings: secretUrl(['api_url', 'slack_api_url', 'api_url_file', 'slack_api_url_file']),
    refuse: (config) =>
      config.app_token !== undefined || credentials(config) !== undefined
        ? 'it posts with a token; here an incoming webhook is needed'
        : undefined,
    notes: (config) =>
      textOf(config.channel) === undefined
        ? []
        : [
            `the channel ${textOf(config.channel)} is the one that the incoming webhook is bound to`,
          ],
    changes: ownTexts,
  },
  pagerduty_configs: {
    channel: 'pagerduty',
    resolves: true,
    derive: ({ url }) => ({ url: textOf(url)?.replace(/\/v2\/enqueue\/?$/, '') }),
    settings: {
      routing_key: { from: ['routing_key', 'routing_key_file'], secret: true },
      api_url: {
        from: ['url'],
        optional: true,
        unless: /^https:\/\/events\.pagerduty\.com\b/,
      },
    },
    refuse: ({ routing_key: key, routing_key_file: file }) =>
      key === undefined && file === undefined
        ? 'it has a service_key of Events v1; an integration of Events API V2 is needed'
        : undefined,
    changes: ownTexts,
  },
  opsgenie_configs: {
    channel: 'opsgenie',
    resolves: true,
    derive: ({ api_url: url, responders }) => ({
      region: /api\.eu\.opsgenie\.com/.test(String(url)) ? 'eu' : undefined,
      team: listOf(responders)
        .map(membersOf)
        .find(({ type }) => type === 'team')?.name,
    }),
    settings: {
      api_key: {
        from: ['api_key', 'opsgenie_api_key', 'api_key_file', 'opsgenie_api_key_file'],
        secret: true,
      },
      region: { from: ['region'], optional: true },
      team: { from: ['team'], optional: true },
      api_url: {
        from: ['api_url', 'opsgenie_api_url'],
        optional: true,
        unless: /^https:\/\/api(?:\.eu)?\.opsgenie\.com\/?$/,
      },
    },
    changes: (config) =>
      listOf(config.responders).length > 1
        ? ['of its responders the first team is told', ...ownTexts(config)]
        : ownTexts(config),
  },
  pushover_configs: {
    channel: 'pushover',
    resolves: true,
    settings: {
      token: { from: ['token', 'token_file'], secret: true },
      user: { from: ['user_key', 'user_key_file'], secret: true },
      device: { from: ['device'], optional: true },
    },
    changes: ownTexts,
  },
  telegram_configs: {
    channel: 'telegram',
    resolves: true,
    settings: {
      token: {
        from: ['bot_token', 'telegram_bot_token', 'bot_token_file', 'telegram_bot_token_file'],
        secret: true,
      },
      chat_id: { from: ['chat_id'] },
      thread_id: { from: ['message_thread_id'], optional: true, as: 'integer', unless: /^0$/ },
      api_url: {
        from: ['api_url', 'telegram_api_url'],
        optional: true,
        unless: /^https:\/\/api\.telegram\.org\/?$/,
      },
    },
    changes: ownTexts,
  },
  discord_configs: {
    channel: 'discord',
    resolves: true,
    settings: secretUrl(['webhook_url', 'webhook_url_file']),
    changes: ownTexts,
  },
  mattermost_configs: {
    channel: 'mattermost',
    resolves: true,
    settings: secretUrl(['webhook_url', 'mattermost_webhook_url', 'webhook_url_file']),
    changes: ownTexts,
  },
  msteamsv2_configs: {
    channel: 'teams',
    resolves: true,
    settings: secretUrl(['webhook_url', 'webhook_url_file']),
    changes: ownTexts,
  },
  msteams_configs: {
    channel: 'teams',
    resolves: true,
    settings: secretUrl(['webhook_url', 'webhook_url_file']),
    changes: ownTexts,
    notes: () => ['connectors are no more: give the address of a workflow of Teams instead'],
  },
};

/** Makes the contacts of a receiver; what has no channel here is reported. */
export function importReceiver(
  receiver: Members,
  global: Members,
  { context, origin }: { context: ImportContext; origin: Origin },
): ReceiverContacts {
  const name = textOf(receiver.name) ?? '?';
  const contacts: string[] = [];
  const resolved = new Set<boolean>();
  const all = Object.entries(receiver).flatMap(([kind, configs]) =>
    kind.endsWith('_configs') ? listOf(configs).map((config, at) => ({ kind, config, at })) : [],
  );
  for (const { kind, config, at } of all) {
    const map = INTEGRATIONS[kind];
    const short = kind.replace(/_configs$/, '');
    const here = {
      ...origin,
      path: [...origin.path, kind, at],
      what: `receiver ${name}, ${short}`,
    };
    if (map === undefined) {
      context.report.leftOut(here, `there is no channel for ${short}`);
      continue;
    }
    const id = draftContact(
      map,
      { ...global, ...membersOf(config) },
      {
        ...context,
        wish: { id: all.length === 1 ? name : `${name}-${map.channel}`, name, origin: here },
      },
    );
    if (id === undefined) continue;
    contacts.push(id);
    const { send_resolved: sent } = membersOf(config);
    resolved.add(typeof sent === 'boolean' ? sent : map.resolves);
  }
  return {
    contacts,
    hasIntegrations: all.length > 0,
    resolved: resolved.size === 2 ? 'some' : resolved.has(false) ? 'none' : 'all',
  };
}

/** Secrets and addresses that integrations take from the whole file. */
export function globalSettings(global: Members): Members {
  const names = Object.keys(INTEGRATIONS).flatMap((kind) =>
    Object.values(INTEGRATIONS[kind]?.settings ?? {}).flatMap(({ from }) => from),
  );
  return Object.fromEntries(
    Object.entries(global).filter(([name]) => /^[a-z]+_/.test(name) && names.includes(name)),
  );
}
