import type { Severity } from '#domain/rule.ts';
import { cut } from '#engine/messages/plain-text.ts';
import type { SendRequest } from './channel.ts';

const EMOJI: Readonly<Record<Severity, string>> = { info: 'ℹ️', warning: '⚠️', critical: '🔴' };

/** The subject, which names the severity in words, after a sign for it. */
export function titleOf({ type, payload, message }: SendRequest): string {
  return `${emojiOf({ type, payload })} ${message.subject}`;
}

function emojiOf({ type, payload }: Pick<SendRequest, 'type' | 'payload'>): string {
  if (payload === null || type === 'test') return '💬';
  if (type === 'cleared') return '✅';
  if (type === 'acknowledged') return '👀';
  return EMOJI[payload.alert.severity];
}

export interface Fit {
  /** The most that the provider takes, in UTF-16 units or in what `sizeOf` counts. */
  limit: number;
  escape?: (text: string) => string;
  sizeOf?: (text: string) => number;
}

/** The text escaped, and cut so that it fits when it is escaped: never half a character, never half an escape. */
export function escapeToFit(text: string, fit: Fit): string {
  const { limit, escape: escaping = (same) => same, sizeOf = (escaped) => escaped.length } = fit;
  let length = limit;
  let escaped = escaping(cut(text, length));
  while (sizeOf(escaped) > limit && length > 1) {
    length = Math.max(1, Math.floor((length * limit) / sizeOf(escaped)));
    escaped = escaping(cut(text, length));
  }
  return escaped;
}

/** What a sensor or a person has called something does not become bold, a link, a list or a heading. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_~|[\]<]/g, '\\$&')
    .replace(/^(\s*)([#>+-])/gm, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/gm, '$1\\$2');
}
