import { IntlMessageFormat } from 'intl-messageformat';
import { LANGUAGES, type Language } from '#domain/language.ts';
import en from './en.json' with { type: 'json' };
import fr from './fr.json' with { type: 'json' };

export type MessageKey = keyof typeof en;
export type MessageValues = Readonly<Record<string, string | number>>;

/** Every text that a message is made of: one file per language, all with the same keys. */
export const CATALOGS: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = {
  en,
  fr,
};

const compiled: Record<Language, Map<MessageKey, IntlMessageFormat>> = {
  en: new Map(),
  fr: new Map(),
};

/** A text in ICU message format, filled in. Values are taken as they are: nothing in them is parsed. */
export function translate(language: Language, key: MessageKey, values: MessageValues = {}): string {
  let format = compiled[language].get(key);
  if (format === undefined) {
    format = new IntlMessageFormat(CATALOGS[language][key], language, undefined, {
      ignoreTag: true,
    });
    compiled[language].set(key, format);
  }
  return String(format.format(values));
}

export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}

/** The text of a person in the wanted language, else in the other; undefined where there is none. */
export function localized(
  texts: Readonly<Partial<Record<Language, string | undefined>>> | null | undefined,
  language: Language,
): string | undefined {
  if (!texts) return undefined;
  return [language, ...LANGUAGES].map((name) => texts[name]).find((text) => text?.trim());
}
