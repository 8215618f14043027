import type { Channel, ChannelOptions, SendRequest } from '../channel.ts';
import { escapeToFit } from '../chat-text.ts';
import { baseOf, createHttpChannel } from '../http-channel.ts';
import { type IncidentChange, incidentChanges, severityOfAll } from '../incidents.ts';
import type { HttpPost } from '../post-courses.ts';
import { OpsgenieSettings } from './opsgenie.schema.ts';

const API_URLS = { us: 'https://api.opsgenie.com', eu: 'https://api.eu.opsgenie.com' } as const;

/** https://docs.opsgenie.com/docs/alert-api#create-alert: longer ones are cut or refused there. */
const MESSAGE_LENGTH = 130;
const DESCRIPTION_LENGTH = 15_000;
const FIELD_LENGTH = 512;
const NOTE_LENGTH = 20_000;

const PRIORITIES = { info: 'P5', warning: 'P3', critical: 'P1' } as const;

/**
 * Keeps one alert of Opsgenie for each alert, found again by its alias: https://docs.opsgenie.com/docs/alert-api.
 * While one is open, another with its alias only adds to its count, so nothing is opened twice.
 */
export function createOpsgenieChannel(options: ChannelOptions): Channel {
  return createHttpChannel(options, {
    name: 'opsgenie',
    settingsSchema: OpsgenieSettings,
    secretFields: ['api_key'],
    addressField: 'api_url',
    write(request) {
      const {
        api_key,
        region = 'us',
        api_url,
        team,
      } = request.contact.settings as OpsgenieSettings;
      const base = `${baseOf(api_url ?? API_URLS[region])}/v2/alerts`;
      const headers = { authorization: `GenieKey ${api_key}` };
      return incidentChanges(request)
        .flatMap((change) => postsOf(change, { request, team }))
        .map(({ path, ...post }) => ({ ...post, url: `${base}${path}`, headers }));
    },
  });
}

type PathPost = Omit<HttpPost, 'url'> & { path: string };

function postsOf(
  { key, action }: IncidentChange,
  { request, team }: { request: SendRequest; team: string | undefined },
): PathPost[] {
  const { message, type, payload } = request;
  const at = (what: string) => `/${encodeURIComponent(key)}/${what}?identifierType=alias`;
  const note = escapeToFit(message.short, { limit: NOTE_LENGTH });
  const said = { source: 'Vigie', note };
  if (action === 'acknowledge') return [{ path: at('acknowledge'), body: said }];
  if (action === 'close') return [{ path: at('close'), body: said }];
  const open: PathPost = { path: '', body: alertOf(key, { request, team }) };
  if (type !== 'severity_changed' || payload === null) return [open];
  // What is open keeps its priority when it is opened again, and Jira has no call to change it.
  const priority = PRIORITIES[severityOfAll(payload)];
  return [
    open,
    { path: at('priority'), method: 'PUT', body: { priority }, optional: 'priority' },
    { path: at('notes'), body: said, optional: 'note' },
  ];
}

function alertOf(
  alias: string,
  { request, team }: { request: SendRequest; team: string | undefined },
) {
  const { message, payload } = request;
  const { link } = message;
  const text = link ? `${message.body}\n\n${link.label}: ${link.url}` : message.body;
  return {
    message: escapeToFit(message.subject, { limit: MESSAGE_LENGTH }),
    alias,
    description: escapeToFit(text, { limit: DESCRIPTION_LENGTH }),
    ...(team === undefined ? {} : { responders: [{ name: team, type: 'team' }] }),
    source: 'Vigie',
    priority: payload === null ? 'P5' : PRIORITIES[severityOfAll(payload)],
    ...(payload === null || payload.digest ? {} : thingsOf(payload)),
  };
}

function thingsOf({ sensor, alert, rule }: NonNullable<SendRequest['payload']>) {
  const field = (text: string) => escapeToFit(text, { limit: FIELD_LENGTH });
  return {
    entity: field(sensor.name ?? sensor.id),
    details: {
      sensor: sensor.id,
      ...(sensor.location === null ? {} : { location: field(sensor.location) }),
      rule: rule.id,
      condition: alert.condition,
    },
  };
}
