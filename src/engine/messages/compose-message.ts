// Tested by: render-message.test.ts
import type { Language } from '#domain/language.ts';
import { type MessageKey, type MessageValues, translate } from './catalog.ts';
import { cut, cutAtWord, escapeHtml, manyLines, oneLine } from './plain-text.ts';
import { SHORT_LENGTH } from './short-text.ts';
import type { ChosenTexts } from './template-text.ts';

/** What to call a link and where it leads. */
interface MessageLink {
  label: string;
  url: string;
}

/** A message for one person, ready for any channel. */
export interface RenderedMessage {
  language: Language;
  /** One line, for a header: at most 200 characters. */
  subject: string;
  /** For text messages, pagers and banners: one line of at most `SHORT_LENGTH` UTF-16 units that always holds the value. */
  short: string;
  /** Everything, as plain text; it begins with what happened. */
  text: string;
  /** `text` without the links, for channels that show links in a way of their own. */
  body: string;
  /** Where the dashboard shows it, and what to call that; undefined where the dashboard has no public address. */
  link: MessageLink | undefined;
  /** Where this reader acknowledges this alert, signed: it needs no sign-in. undefined where there is nothing to acknowledge. */
  acknowledgeLink: MessageLink | undefined;
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
  /** What a pager shows; what happened, cut, where it is left out. */
  short?: string | undefined;
  /** Words of a template, which take the place of the platform's; the links stay. */
  own?: ChosenTexts | undefined;
  rows: readonly Row[];
  instructions?: string | undefined;
  link?: string | undefined;
  acknowledgeLink?: string | undefined;
}

const SUBJECT_LENGTH = 200;

/** Puts the parts together as plain text and as HTML, whatever characters they hold. */
export function composeMessage({ language, own = {}, ...parts }: MessageParts): RenderedMessage {
  const say = (key: MessageKey, values?: MessageValues) => translate(language, key, values);
  const first = manyLines(parts.first);
  const instructions = manyLines(parts.instructions ?? '');
  const rows = parts.rows
    .filter(({ text }) => text !== '')
    .map(({ label, text }) => ({ label: say(label), text: oneLine(text) }));
  const linkTo = (label: MessageKey, url: string | undefined) =>
    url ? { label: say(label), url } : undefined;
  const link = linkTo('label.link', parts.link);
  const acknowledgeLink = linkTo('label.acknowledge', parts.acknowledgeLink);
  const links = [link, acknowledgeLink].filter((one) => one !== undefined);

  const blocks = [first, rows.map((row) => say('row', row)).join('\n')];
  if (instructions) blocks.push(`${say('instructions')}\n${instructions}`);
  const ownText = own.text === undefined ? undefined : manyLines(own.text);
  const body = ownText ?? blocks.join('\n\n');
  const linkRows = links.map(({ label, url }) => say('row', { label, text: url })).join('\n');

  const html = [
    `<!doctype html><html lang="${language}"><head><meta charset="utf-8"></head><body>`,
  ];
  if (ownText === undefined) {
    html.push(`<p><strong>${htmlLines(first)}</strong></p>`, htmlTable(rows));
    if (instructions) {
      html.push(`<p>${escapeHtml(say('instructions'))}<br>${htmlLines(instructions)}</p>`);
    }
  } else html.push(`<p>${htmlLines(ownText)}</p>`);
  if (links.length > 0) {
    const anchors = links.map(
      ({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`,
    );
    html.push(`<p>${anchors.join(' &nbsp; ')}</p>`);
  }
  html.push('</body></html>');
  return {
    language,
    subject: cut(oneLine(own.subject ?? parts.subject), SUBJECT_LENGTH),
    short: cutAtWord(oneLine(own.short ?? parts.short ?? first), SHORT_LENGTH),
    text: `${[body, linkRows].filter(Boolean).join('\n\n')}\n`,
    body,
    link,
    acknowledgeLink,
    html: `${html.join('\n')}\n`,
  };
}

function htmlTable(rows: readonly { label: string; text: string }[]): string {
  const lines = rows.map(
    ({ label, text }) =>
      `<tr><th align="left">${escapeHtml(label)}</th><td>${escapeHtml(text)}</td></tr>`,
  );
  return ['<table>', ...lines, '</table>'].join('\n');
}

function htmlLines(text: string): string {
  return escapeHtml(text).replaceAll('\n', '<br>');
}
