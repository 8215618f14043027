// What people and devices have written, made safe to stand in a header, a line or a page.

/** Control characters and line breaks, and the signs that turn the direction of reading around. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
const UNSEEN_BUT_LINE_BREAKS = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** One line: runs of control characters and line breaks become one space. */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, ' ').trim();
}

/** Several lines: only line breaks and tabs are kept of the control characters. */
export function manyLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSEEN_BUT_LINE_BREAKS, '').trim();
}

/** At most `length` characters, with an ellipsis where something was cut; never half a character. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text];
  if (characters.length <= length) return text;
  return `${characters.slice(0, length - 1).join('')}…`;
}

/** At most `length` UTF-16 units, cut between words where that costs less than half of them, with an ellipsis. */
export function cutAtWord(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length < 1) return '';
  let end = length - 1;
  // Not between the halves of one character.
  if (/[\ud800-\udbff]/.test(text[end - 1] ?? '')) end--;
  const space = text.lastIndexOf(' ', end);
  const kept = text.slice(0, space > length / 2 ? space : end);
  return `${kept.replace(/[\s,;:([–-]+$/u, '')}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For element content and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
