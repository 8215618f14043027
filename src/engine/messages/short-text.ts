import type { Language } from '#domain/language.ts';
import type { MessageKind } from '#domain/message-kinds.ts';
import { translate } from './catalog.ts';
import type { AlertWords } from './describe-alert.ts';
import { cutAtWord } from './plain-text.ts';

/** What one text message holds (GSM 03.38, 7 bits a character), and what a banner shows. */
export const SHORT_LENGTH = 160;
/** Who acknowledged, a unit that somebody invented: as much as leaves room for the rest. */
const LONGEST_LEAD = 60;
const LONGEST_QUANTITY = 36;
/** Less of a title or of a name says nothing. */
const LEAST = 12;

/**
 * An alert in one line: `Critical: Freezer 3, temperature -9.1 °C, limit -10 °C. Freezer too warm`. Where that is too long, the
 * title goes first, then the word for what is measured, then the end of the sensor's name; never severity, value or limit.
 */
export function shortText(
  words: Omit<AlertWords, 'template'>,
  { kind, language }: { kind: MessageKind; language: Language },
): string {
  const lead = cutAtWord(translate(language, `pager.${kind}`, words), LONGEST_LEAD);
  const limit = quantity(words.limit);
  const bounds = limit === '' ? '' : translate(language, 'pager.limit', { limit });
  const lineOf = (sensor: string, metric: string) => {
    const value = [metric, quantity(words.value)].filter(Boolean).join(' ');
    const what = words.value === '' ? cutAtWord(words.condition, LONGEST_LEAD) : value;
    const text = [sensor, what, bounds].filter(Boolean).join(', ');
    return plainSigns(translate(language, 'row', { label: lead, text }));
  };
  const line = lineOf(words.sensor, words.metric);
  const titled = SHORT_LENGTH - line.length - '. '.length;
  const title = plainSigns(words.title);
  if (titled >= Math.min(LEAST, title.length)) return `${line}. ${cutAtWord(title, titled)}`;
  for (const metric of [words.metric, '']) {
    const tooMuch = lineOf(words.sensor, metric).length - SHORT_LENGTH;
    const room = words.sensor.length - Math.max(0, tooMuch);
    if (room >= Math.min(words.sensor.length, metric === '' ? 1 : LEAST)) {
      return lineOf(cutAtWord(words.sensor, room), metric);
    }
  }
  return lineOf(cutAtWord(words.sensor, LEAST), '');
}

function quantity(text: string): string {
  return cutAtWord(text, LONGEST_QUANTITY);
}

/** Without typographic spaces and apostrophes: they make a text message three times as long (UCS-2). */
function plainSigns(text: string): string {
  return text.replace(/[\u00a0\u2009\u202f]/g, ' ').replaceAll('’', "'");
}
