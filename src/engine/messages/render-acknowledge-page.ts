import type { ErrorCode } from '#domain/errors.ts';
import { errorTitle } from '#domain/errors.ts';
import type { Language } from '#domain/language.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import { type MessageKey, translate } from './catalog.ts';
import { describeAlert, type MessageReader } from './describe-alert.ts';

/** Why a link leads nowhere. */
export type LinkProblem = Extract<ErrorCode, 'link_invalid' | 'link_expired' | 'not_found'>;

/** What somebody reads who follows the link of a message. Every text is plain, nothing is escaped. */
export interface AcknowledgePage {
  language: Language;
  title: string;
  /** What is to be said first: that it is done, or over, or cannot be done. */
  notes: string[];
  rows: { label: string; text: string }[];
  /** Absent where there is nothing to do. */
  button?: string;
}

/** The alert as it is now. `isDone`: the reader has just acknowledged it. */
export function renderAcknowledgePage(request: {
  payload: NotificationPayload;
  reader: MessageReader;
  isDone: boolean;
}): AcknowledgePage {
  const { payload, reader, isDone } = request;
  const { language } = reader;
  const { alert } = payload;
  const { template: _template, ...words } = describeAlert(payload, reader);
  const say = (key: MessageKey, values = {}) => translate(language, key, { ...words, ...values });
  const notes: string[] = [];
  if (isDone) notes.push(say('page.done'));
  else if (alert.acknowledged) {
    const by = say('acknowledged.by', { time: words.acknowledged });
    notes.push(say('page.already', { acknowledged: by }));
  }
  if (alert.state === 'cleared') notes.push(say('page.cleared'));
  const rows: [MessageKey, string][] = [
    ['label.state', say(`state.${alert.state}`)],
    ['label.severity', words.severity],
    ['label.sensor', words.sensorAndId],
    ['label.place', words.location],
    ['label.metric', words.metric],
    ['label.value', words.value],
    ['label.limit', words.limit],
    ['label.since', words.since],
  ];
  return {
    language,
    title: words.title,
    notes,
    rows: rows
      .filter(([, text]) => text !== '')
      .map(([label, text]) => ({ label: say(label), text })),
    ...(alert.acknowledged ? {} : { button: say('label.acknowledge') }),
  };
}

/** A link that cannot be used: why, and what to do. */
export function renderLinkProblem(code: LinkProblem, language: Language): AcknowledgePage {
  return {
    language,
    title: errorTitle(code, language),
    notes: [translate(language, `page.${code}`)],
    rows: [],
  };
}
