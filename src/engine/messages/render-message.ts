import type { Contact, NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import { localized, translate } from './catalog.ts';
import { composeMessage, type RenderedMessage, type Row } from './compose-message.ts';
import { type AlertWords, describeAlert, type MessageReader } from './describe-alert.ts';
import { formatMoment } from './format.ts';
import { type MessageKind, messageKind } from './message-kind.ts';
import { manyLines } from './plain-text.ts';
import { fillTemplate } from './rule-template.ts';
import { shortText } from './short-text.ts';
import { toldBeforeText } from './told-before.ts';

export interface MessageRequest {
  type: NotificationType;
  payload: NotificationPayload;
  reader: MessageReader;
  /** Base address of the dashboard; without one there is no link. */
  publicUrl?: string | undefined;
  /** Where this reader can acknowledge it. */
  acknowledgeLink?: string | undefined;
}

/** Writes what a person needs to know of a change of an alert, in their language and time zone. */
export function renderMessage(request: MessageRequest): RenderedMessage {
  const { payload, reader, publicUrl } = request;
  const { language } = reader;
  const kind = messageKind(request.type, payload);
  const { template, ...words } = describeAlert(payload, reader);
  const own = localized(payload.rule.message, language);
  const headline =
    own === undefined
      ? translate(language, 'headline', words)
      : manyLines(fillTemplate(own, template));
  const instructions = asksForAction(kind)
    ? localized(payload.rule.instructions, language)
    : undefined;
  const { fallback_for: name } = payload;
  const instead = name === undefined ? '' : `${translate(language, 'fallback', { name })}\n`;
  return composeMessage({
    language,
    subject: translate(language, `subject.${kind}`, words),
    first: instead + translate(language, `short.${kind}`, { ...words, headline }),
    short: shortText(words, { kind, language }),
    rows: [
      ...alertRows(kind, { words, reader }),
      { label: 'label.told_before', text: toldBeforeText(payload.told_before, reader) },
    ],
    instructions: instructions && fillTemplate(instructions, template),
    link: publicUrl && alertLink(publicUrl, payload.alert.id),
    acknowledgeLink: request.acknowledgeLink,
  });
}

/** What a contact receives when somebody asks whether messages reach them. */
export function renderTestMessage(request: {
  contact: Pick<Contact, 'name' | 'language' | 'time_zone'>;
  nowMs: number;
  publicUrl?: string | undefined;
}): RenderedMessage {
  const { language, time_zone: timeZone, name } = request.contact;
  return composeMessage({
    language,
    subject: translate(language, 'subject.test'),
    first: translate(language, 'short.test', { contact: name }),
    rows: [{ label: 'label.sent', text: formatMoment(request.nowMs, { language, timeZone }) }],
    link: request.publicUrl,
  });
}

/** Where the dashboard shows an alert. */
export function alertLink(publicUrl: string, alertId: string): string {
  return `${publicUrl.replace(/[/#]+$/, '')}/#alert=${encodeURIComponent(alertId)}`;
}

function asksForAction(kind: MessageKind): boolean {
  return kind !== 'cleared' && kind !== 'acknowledged';
}

function alertRows(
  kind: MessageKind,
  { words, reader }: { words: Omit<AlertWords, 'template'>; reader: MessageReader },
): Row[] {
  const say = (key: 'severity.from' | 'acknowledged.by') =>
    translate(reader.language, key, { ...words, time: words.acknowledged });
  const rows: Row[] = [
    {
      label: 'label.severity',
      text: kind === 'severity_changed' ? say('severity.from') : words.severity,
    },
    { label: 'label.sensor', text: words.sensorAndId },
    { label: 'label.place', text: words.location },
    { label: 'label.metric', text: words.metric },
    { label: 'label.value', text: words.value },
    { label: 'label.limit', text: words.limit },
    { label: 'label.peak', text: words.peak },
    { label: 'label.since', text: words.since },
  ];
  if (kind === 'cleared') {
    rows.push({ label: 'label.cleared', text: words.cleared });
    rows.push({ label: 'label.duration', text: words.duration });
  }
  if (kind === 'acknowledged')
    rows.push({ label: 'label.acknowledged', text: say('acknowledged.by') });
  return rows;
}
