import type { Language } from '#domain/language.ts';
import { withUnit } from './unit-text.ts';

const PLAIN: Intl.NumberFormatOptions = {
  maximumFractionDigits: 3,
  maximumSignificantDigits: 4,
  roundingPriority: 'morePrecision',
  useGrouping: 'min2',
};
const SCIENTIFIC: Intl.NumberFormatOptions = {
  notation: 'scientific',
  maximumSignificantDigits: 4,
};
const numberFormats = {
  en: [new Intl.NumberFormat('en', PLAIN), new Intl.NumberFormat('en', SCIENTIFIC)],
  fr: [new Intl.NumberFormat('fr', PLAIN), new Intl.NumberFormat('fr', SCIENTIFIC)],
} as const;
const lengthFormats = {
  en: new Intl.DurationFormat('en', { style: 'short' }),
  fr: new Intl.DurationFormat('fr', { style: 'short' }),
} as const;
/** Says `0 s` too. */
const secondFormats = {
  en: new Intl.DurationFormat('en', { style: 'short', secondsDisplay: 'always' }),
  fr: new Intl.DurationFormat('fr', { style: 'short', secondsDisplay: 'always' }),
} as const;

/** Three decimals, or four digits where that says more; the noise of binary fractions is rounded away. */
export function formatNumber(value: number, language: Language): string {
  const size = Math.abs(value);
  const isExtreme = size !== 0 && (size < 1e-6 || size >= 1e15);
  return numberFormats[language][isExtreme ? 1 : 0].format(Object.is(value, -0) ? 0 : value);
}

/** `-18.4 °C` or `-18,4 °C`. */
export function formatQuantity(
  value: number,
  { unit, language }: { unit: string | null | undefined; language: Language },
): string {
  return withUnit(formatNumber(value, language), unit, language);
}

/** A length of time in at most two neighboring units: `3 hr, 12 min`, `3 h et 12 min`. */
export function formatLength(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return secondFormats[language].format({ seconds });
  const units = [
    ['days', Math.floor(seconds / 86_400)],
    ['hours', Math.floor(seconds / 3600) % 24],
    ['minutes', Math.floor(seconds / 60) % 60],
    ['seconds', seconds % 60],
  ] as const;
  const first = units.findIndex(([, amount]) => amount > 0);
  return lengthFormats[language].format(Object.fromEntries(units.slice(first, first + 2)));
}

const timeFormats = new Map<string, Intl.DateTimeFormat>();

/**
 * A time as a person in this time zone says it, the zone's offset shown; a zone that is not known to the
 * platform is taken as UTC.
 */
export function formatMoment(
  timeMs: number,
  { language, timeZone }: { language: Language; timeZone: string },
): string {
  const key = `${language} ${timeZone}`;
  let format = timeFormats.get(key);
  if (format === undefined) {
    format = timeFormat(language, timeZone);
    timeFormats.set(key, format);
  }
  return format.format(timeMs);
}

const clockFormats = new Map<string, Intl.DateTimeFormat>();

/** `06:00`, alike in every language; a zone that is not known is taken as UTC. */
export function formatClock(timeMs: number, timeZone: string): string {
  let format = clockFormats.get(timeZone);
  if (format === undefined) {
    const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    try {
      format = new Intl.DateTimeFormat('en', { ...options, timeZone });
    } catch {
      format = new Intl.DateTimeFormat('en', { ...options, timeZone: 'UTC' });
    }
    clockFormats.set(timeZone, format);
  }
  return format.format(timeMs);
}

function timeFormat(language: Language, timeZone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  };
  try {
    return new Intl.DateTimeFormat(language, { ...options, timeZone });
  } catch {
    return new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' });
  }
}

/** A time of day, `02:10`; with its day where that lies half a day or more from the time that it stands beside. */
export function formatTimeOfDay(
  timeMs: number,
  by: { language: Language; timeZone: string; besideMs: number },
): string {
  const isFar = Math.abs(by.besideMs - timeMs) >= 12 * 3_600_000;
  const options: Intl.DateTimeFormatOptions = {
    ...(isFar ? { day: 'numeric', month: 'short' } : {}),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  };
  try {
    return new Intl.DateTimeFormat(by.language, { ...options, timeZone: by.timeZone }).format(
      timeMs,
    );
  } catch {
    return new Intl.DateTimeFormat(by.language, { ...options, timeZone: 'UTC' }).format(timeMs);
  }
}
