import { InvalidArgumentError } from 'commander';
import { parseTime } from '#domain/time.ts';

// Parsers of option values; commander prints what they throw.

export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    }
    return number;
  };
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) {
    throw new InvalidArgumentError('It must be a number above zero.');
  }
  return number;
}

export function share(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0 || number > 1 || text.trim() === '') {
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  }
  return number;
}

export function names(text: string): string[] {
  const list = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (list.length === 0) throw new InvalidArgumentError('It must name at least one, by comma.');
  return list;
}

/** A name for a set of files: as an id. */
export function setName(text: string): string {
  if (/^[\p{L}\p{N}][\p{L}\p{M}\p{N}\-_.]{0,99}$/u.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 100 letters, digits, -, _ and .');
}

/** RFC 3339 with offset, or a date, which starts at midnight UTC. Kept as RFC 3339. */
export function timeText(text: string): string {
  const full = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
  if (!parseTime(full).ok) {
    throw new InvalidArgumentError(
      'It must be a date or a time with offset, such as 2026-11-22 or 2026-11-22T05:00:00Z.',
    );
  }
  return full;
}
