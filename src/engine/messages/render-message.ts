import type { Language } from '#domain/language.ts';
import type { MessageKind } from '#domain/message-kinds.ts';
import type { Contact, NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import { TEMPLATE_PARTS } from '#domain/template.ts';
import { conversionFor } from '#domain/unit-conversion.ts';
import { localized, translate } from './catalog.ts';
import { composeMessage, type RenderedMessage, type Row } from './compose-message.ts';
import { type AlertWords, describeAlert, type MessageReader } from './describe-alert.ts';
import { formatMoment } from './format.ts';
import { messageKind } from './message-kind.ts';
import { cutAtWord, manyLines, oneLine } from './plain-text.ts';
import { fillTemplate } from './rule-template.ts';
import { SHORT_LENGTH, shortText } from './short-text.ts';
import { type ChosenTexts, fillTemplateText, type TemplateFill } from './template-text.ts';
import { toldBeforeText } from './told-before.ts';
import { unitText } from './unit-text.ts';

export interface MessageRequest {
  type: NotificationType;
  payload: NotificationPayload;
  reader: MessageReader;
  /** Base address of the dashboard; without one there is no link. */
  publicUrl?: string | undefined;
  /** Where this reader can acknowledge it. */
  acknowledgeLink?: string | undefined;
  /** Words of a template in the reader's language. */
  own?: ChosenTexts | undefined;
}

/**
 * Writes what a person needs to know of a change of an alert, in their language and time zone. Throws `TemplateFailure` where
 * words of a template are given that cannot be filled in.
 */
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
  const steps = instructions && fillTemplate(instructions, template);
  const link = publicUrl && alertLink(publicUrl, payload.alert.id);
  const { acknowledgeLink, own: wanted } = request;
  const said = { headline, instructions: steps, link, acknowledgeLink };
  return composeMessage({
    language,
    subject: translate(language, `subject.${kind}`, words),
    first: instead + translate(language, `short.${kind}`, { ...words, headline }),
    short: shortText(words, { kind, language }),
    own:
      wanted &&
      fillOwn(wanted, { values: fillOf(kind, { request, words, said }), language, instead }),
    rows: [
      ...alertRows(kind, { words, reader }),
      { label: 'label.told_before', text: toldBeforeText(payload.told_before, reader) },
    ],
    instructions: steps,
    link,
    acknowledgeLink,
  });
}

/** In whose place the reader is told is said whatever the template's words are. */
function fillOwn(
  own: ChosenTexts,
  by: { values: TemplateFill; language: Language; instead: string },
): ChosenTexts {
  const filled: ChosenTexts = {};
  for (const part of TEMPLATE_PARTS) {
    const words = own[part];
    if (words === undefined) continue;
    const text = fillTemplateText(words, by.language, by.values);
    // Whatever is cut off of it, the value is not: the usual short form keeps it.
    if (part === 'short' && isValueCut(text, String(by.values.value))) continue;
    filled[part] = part === 'text' ? by.instead + text : text;
  }
  return filled;
}

function isValueCut(text: string, value: string): boolean {
  const line = oneLine(text);
  return line.includes(value) && !cutAtWord(line, SHORT_LENGTH).includes(value);
}

/** What a template may name. */
function fillOf(
  kind: MessageKind,
  about: {
    request: MessageRequest;
    words: Omit<AlertWords, 'template'>;
    said: Record<'headline' | 'instructions' | 'link' | 'acknowledgeLink', string | undefined>;
  },
): TemplateFill {
  const { request, words, said } = about;
  const { payload, reader } = request;
  const { alert } = payload;
  const { sensorAndId: _both, valueNumber, limitNumber, ...plain } = words;
  return {
    ...plain,
    kind,
    headline: said.headline ?? '',
    severity_code: alert.severity,
    sensor_id: alert.sensor_id,
    unit: unitText(conversionFor(alert.unit, reader.units)?.unit ?? oneLine(alert.unit ?? '')),
    has_value: alert.value === null ? 'no' : 'yes',
    value_number: valueNumber,
    limit_number: limitNumber,
    rule: alert.rule_id,
    instructions: said.instructions ?? '',
    told_before: toldBeforeText(payload.told_before, reader),
    link: said.link ?? '',
    acknowledge_link: said.acknowledgeLink ?? '',
  };
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
