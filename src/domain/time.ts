/** The clock as a dependency, so that tests can move it. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `1h30m` → ms; undefined where the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return total;
}

/** A duration that a schema has already checked; throws where it is not one. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new TypeError(`not a duration: ${text}`);
  return ms;
}

/** ms → the shortest text of the form `1h30m`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  let rest = Math.round(ms / 1000);
  let text = '';
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const amount = Math.floor(rest / seconds);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * seconds;
  }
  return text;
}

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)?$/;

export type ParsedTime =
  | { ok: true; ms: number }
  | { ok: false; code: 'timestamp_invalid' | 'timestamp_without_offset' };

const daysInMonth = (year: number, month: number): number =>
  new Date(Date.UTC(year, month, 0)).getUTCDate();

/**
 * RFC 3339 date-time with an offset → ms since the epoch, microseconds as fraction
 * (finer digits are cut). A leap second (:60) counts as the second after.
 */
export function parseTime(text: string): ParsedTime {
  const match = RFC3339.exec(text);
  if (!match) return { ok: false, code: 'timestamp_invalid' };
  const [, y, mo, d, h, mi, s, fraction = '', offset] = match;
  const [year, month, day] = [Number(y), Number(mo), Number(d)];
  const [hour, minute, second] = [Number(h), Number(mi), Number(s)];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    return { ok: false, code: 'timestamp_invalid' };
  }
  if (hour > 23 || minute > 59 || second > 60) return { ok: false, code: 'timestamp_invalid' };
  if (offset === undefined) return { ok: false, code: 'timestamp_without_offset' };
  let offsetMinutes = 0;
  if (offset !== 'Z' && offset !== 'z') {
    const [oh, om] = [Number(offset.slice(1, 3)), Number(offset.slice(4, 6))];
    if (oh > 23 || om > 59) return { ok: false, code: 'timestamp_invalid' };
    offsetMinutes = (offset[0] === '-' ? -1 : 1) * (oh * 60 + om);
  }
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  return { ok: true, ms: msFromMicros((date.getTime() - offsetMinutes * 60_000) * 1000 + micros) };
}

/** The one way to make a time with a fraction, so that equal times are equal numbers. */
export function msFromMicros(micros: number): number {
  return Math.round(micros) / 1000;
}

/** ms → RFC 3339 in UTC with milliseconds, or microseconds where there are any. */
export function formatTime(ms: number): string {
  const micros = Math.round(ms * 1000);
  const whole = Math.floor(micros / 1000);
  const rest = micros - whole * 1000;
  const text = new Date(whole).toISOString();
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

export function formatTimeOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : formatTime(ms);
}
