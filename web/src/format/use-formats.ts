import { useLanguage } from '../i18n/language.tsx';
import { lengthFormat } from './length.ts';
import { numberText } from './numbers.ts';
import { quantitiesOf } from './quantities.ts';
import type { UnitChoice } from './unit-choice.ts';
import { useUnits } from './units.tsx';

const SECOND = 1000;
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400 * SECOND],
  ['hour', 3600 * SECOND],
  ['minute', 60 * SECOND],
  ['second', SECOND],
];

const BYTES = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** `en` of London writes its dates otherwise than `en` of New York: the reader's browser knows which. */
function localeOf(language: 'en' | 'fr'): string {
  return navigator.languages.find((name) => name.startsWith(language)) ?? language;
}

function formatsOf(language: 'en' | 'fr', choice: UnitChoice) {
  const locale = localeOf(language);
  const number = numberText(locale);
  const count = new Intl.NumberFormat(locale);
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const minute = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
  const sized = (unit: string, unitDisplay: 'short' | 'long') =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay,
      maximumSignificantDigits: 3,
    });
  return {
    number,
    /** A share between 0 and 1, in percent. */
    share: (value: number) => share.format(value),
    count: (value: number) => count.format(value),
    ...quantitiesOf({ choice, language, number }),
    /** `12.3 MB`, `12,3 Mo`: powers of 1000, as disks are sold. */
    bytes: (bytes: number) => {
      const power = bytes < 1 ? 0 : Math.min(BYTES.length - 1, Math.floor(Math.log10(bytes) / 3));
      return sized(BYTES[power] as string, 'short').format(bytes / 1000 ** power);
    },
    /** `400 days`: a length of time in the largest unit in which it is whole. */
    length: (ms: number) => {
      const [unit, size] = STEPS.find(([, step]) => ms % step === 0) ?? ['second' as const, SECOND];
      return sized(unit, 'long').format(ms / size);
    },
    /** Of an RFC 3339 text, in the reader's own time zone. */
    moment: (text: string | null | undefined) => (text ? moment.format(Date.parse(text)) : '–'),
    clock: (timeMs: number) => clock.format(timeMs),
    /** How much later: in at most two neighboring units, `2 hr 5 min`. */
    delay: lengthFormat(locale),
    /** `3 Nov`, under a chart. */
    day: (timeMs: number) => day.format(timeMs),
    /** A time under a chart whose marks are `step` s apart: the day at midnight, seconds only where they tell. */
    tick: (timeMs: number, step: number) => {
      const time = new Date(timeMs);
      if (time.getHours() === 0 && time.getMinutes() === 0 && time.getSeconds() === 0) {
        return day.format(time);
      }
      return (step < 60 ? clock : minute).format(time);
    },
    /** How long ago, in the largest whole unit. */
    ago: (text: string | null | undefined, nowMs = Date.now()) => {
      if (!text) return '–';
      const distance = Date.parse(text) - nowMs;
      const [unit, size] = STEPS.find(([, step]) => Math.abs(distance) >= step) ?? [
        'second' as const,
        SECOND,
      ];
      return relative.format(Math.round(distance / size), unit);
    },
  };
}

export type Formats = ReturnType<typeof formatsOf>;

const made = new Map<'en' | 'fr', { choice: UnitChoice; formats: Formats }>();

/**
 * Numbers, quantities and times in the reader's form and units: the one place where a value gets its unit, so that
 * no page converts by itself. Made once: a list of 200 rows would spend 0.1 s on it.
 */
export function useFormats(): Formats {
  const { language } = useLanguage();
  const { choice } = useUnits();
  const before = made.get(language);
  if (before?.choice === choice) return before.formats;
  const formats = formatsOf(language, choice);
  made.set(language, { choice, formats });
  return formats;
}
