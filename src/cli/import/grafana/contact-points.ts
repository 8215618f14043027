import { type ContactMap, draftContact } from '../config/contact-map.ts';
import type { ImportContext } from '../config/import-context.ts';
import type { Origin } from '../config/import-report.ts';
import { listOf, type Members, membersOf, textOf } from '../config/source-document.ts';
import type { ReceiverContacts } from '../routing/route.ts';

// Tested by: cli/import/grafana/grafana.test.ts

const secretUrl = { url: { from: ['url'], secret: true } } as const;
const optional = (name: string) => ({ from: [name], optional: true }) as const;

const ownTexts = (config: Members): string[] =>
  ['title', 'message', 'text', 'body', 'subject', 'description', 'payload'].some(
    (name) => textOf(config[name]) !== undefined,
  )
    ? ['texts of its own have no place: Vigie makes the messages']
    : [];

/** How contact points become contacts, by the type of their receivers. */
const TYPES: Readonly<Record<string, ContactMap>> = {
  email: {
    channel: 'email',
    settings: { to: { from: ['addresses'], as: 'addresses' } },
    changes: ownTexts,
    notes: () => ['the mail server is set for the whole platform: VIGIE_SMTP_URL'],
  },
  webhook: {
    channel: 'webhook',
    settings: secretUrl,
    refuse: (config) =>
      ['username', 'authorization_credentials', 'http_config'].some((name) => config[name])
        ? 'credentials: requests are signed (Standard Webhooks) instead'
        : undefined,
    changes: (config) => [
      'the body is a CloudEvent for each alert, not the JSON of Grafana',
      ...ownTexts(config),
    ],
  },
  slack: {
    channel: 'slack',
    settings: secretUrl,
    refuse: ({ url }) =>
      url === undefined ? 'it posts with a token; here an incoming webhook is needed' : undefined,
    changes: ownTexts,
  },
  discord: { channel: 'discord', settings: secretUrl, changes: ownTexts },
  teams: {
    channel: 'teams',
    settings: secretUrl,
    changes: ownTexts,
    notes: () => ['the address has to be that of a workflow of Teams: connectors are no more'],
  },
  pagerduty: {
    channel: 'pagerduty',
    settings: { routing_key: { from: ['integrationKey'], secret: true } },
    changes: ownTexts,
  },
  opsgenie: {
    channel: 'opsgenie',
    derive: ({ apiUrl }) => ({
      region: /api\.eu\.opsgenie\.com/.test(String(apiUrl)) ? 'eu' : undefined,
    }),
    settings: { api_key: { from: ['apiKey'], secret: true }, region: optional('region') },
    changes: ownTexts,
  },
  pushover: {
    channel: 'pushover',
    settings: {
      token: { from: ['apiToken'], secret: true },
      user: { from: ['userKey'], secret: true },
      device: optional('device'),
    },
    changes: ownTexts,
  },
  telegram: {
    channel: 'telegram',
    settings: {
      token: { from: ['bottoken'], secret: true },
      chat_id: { from: ['chatid'] },
      thread_id: { from: ['message_thread_id'], optional: true, as: 'integer' },
    },
    changes: ownTexts,
  },
};

/** Makes the contacts of a contact point; what has no channel here is reported. */
export function importContactPoint(
  point: Members,
  { context, origin }: { context: ImportContext; origin: Origin },
): ReceiverContacts {
  const name = textOf(point.name) ?? '?';
  const all = listOf(point.receivers).map(membersOf);
  const contacts: string[] = [];
  const resolved = new Set<boolean>();
  for (const [at, receiver] of all.entries()) {
    const type = String(receiver.type).toLowerCase();
    const map = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    const what = `contact point ${name}, ${type}`;
    const here = { ...origin, path: [...origin.path, 'receivers', at], what };
    if (map === undefined) {
      context.report.leftOut(here, `there is no channel for ${type}`);
      continue;
    }
    const settings = { ...membersOf(receiver.settings), ...membersOf(receiver.secureSettings) };
    const id = draftContact(map, settings, {
      ...context,
      wish: { id: all.length === 1 ? name : `${name}-${map.channel}`, name, origin: here },
    });
    if (id === undefined) continue;
    contacts.push(id);
    resolved.add(receiver.disableResolveMessage !== true);
  }
  return {
    contacts,
    hasIntegrations: all.length > 0,
    resolved: resolved.size === 2 ? 'some' : resolved.has(false) ? 'none' : 'all',
  };
}
