// Tested by: render-message.test.ts
import type { Language } from '#domain/language.ts';
import { type MessageKey, type MessageValues, translate } from './catalog.ts';
import { cut, escapeHtml, manyLines, oneLine } from './plain-text.ts';

/** A message for one person, ready for any channel. */
export interface RenderedMessage {
  language: Language;
  /** One line, for a header: at most 200 characters. */
  subject: string;
  /** One line that says what happened: at most 400 characters. */
  short: string;
  /** Everything, as plain text; it begins with what happened. */
  text: string;
  /** `text` without the link, for channels that show links in a way of their own. */
  body: string;
  /** Where the dashboard shows it, and what to call that; undefined where the dashboard has no public address. */
  link: { label: string; url: string } | undefined;
  /** The same as a small page of HTML, every value escaped. */
  html: string;
}

/** A line of the message: `Sensor: Freezer 3 (freezer-3)`. Without a text it is left out. */
export interface Row {
  label: MessageKey;
  text: string;
}

export interface MessageParts {
  language: Language;
  subject: string;
  /** What happened; may have several lines. */
  first: string;
  rows: readonly Row[];
  instructions?: string | undefined;
  link?: string | undefined;
}

const SUBJECT_LENGTH = 200;
const SHORT_LENGTH = 400;

/** Puts the parts together as plain text and as HTML, whatever characters they hold. */
export function composeMessage({ language, ...parts }: MessageParts): RenderedMessage {
  const say = (key: MessageKey, values?: MessageValues) => translate(language, key, values);
  const first = manyLines(parts.first);
  const instructions = manyLines(parts.instructions ?? '');
  const rows = parts.rows
    .filter(({ text }) => text !== '')
    .map(({ label, text }) => ({ label: say(label), text: oneLine(text) }));
  const { link } = parts;

  const blocks = [first, rows.map((row) => say('row', row)).join('\n')];
  if (instructions) blocks.push(`${say('instructions')}\n${instructions}`);
  const body = blocks.join('\n\n');
  const linkRow = link ? `\n\n${say('row', { label: say('label.link'), text: link })}` : '';

  const html = [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"></head><body>`,
    `<p><strong>${htmlLines(first)}</strong></p>`,
    '<table>',
    ...rows.map(
      ({ label, text }) =>
        `<tr><th align="left">${escapeHtml(label)}</th><td>${escapeHtml(text)}</td></tr>`,
    ),
    '</table>',
  ];
  if (instructions) {
    html.push(`<p>${escapeHtml(say('instructions'))}<br>${htmlLines(instructions)}</p>`);
  }
  if (link) html.push(`<p><a href="${escapeHtml(link)}">${escapeHtml(say('label.link'))}</a></p>`);
  html.push('</body></html>');
  return {
    language,
    subject: cut(oneLine(parts.subject), SUBJECT_LENGTH),
    short: cut(oneLine(first), SHORT_LENGTH),
    text: `${body}${linkRow}\n`,
    body,
    link: link ? { label: say('label.link'), url: link } : undefined,
    html: `${html.join('\n')}\n`,
  };
}

function htmlLines(text: string): string {
  return escapeHtml(text).replaceAll('\n', '<br>');
}
