import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '#domain/language.ts';
import { CATALOGS, localized, translate } from './catalog.ts';

function argumentsOf(text: string): string[] {
  const names = new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true })
    .getAst()
    .flatMap((element) =>
      'value' in element && element.type !== 0 ? [String(element.value)] : [],
    );
  return [...new Set(names)].sort();
}

describe('the message files', () => {
  test('hold the same keys in the same order in every language', () => {
    for (const language of LANGUAGES) {
      expect(Object.keys(CATALOGS[language])).toEqual(Object.keys(CATALOGS.en));
    }
  });

  test.each(LANGUAGES)(
    '%s parses as ICU and names the arguments that English names',
    (language) => {
      for (const [key, text] of Object.entries(CATALOGS[language])) {
        expect(text.trim(), key).not.toBe('');
        const english = CATALOGS.en[key as keyof typeof CATALOGS.en];
        expect(argumentsOf(text), key).toEqual(argumentsOf(english));
      }
    },
  );
});

test('values are not read as messages', () => {
  expect(translate('fr', 'row', { label: '{x}', text: "d'{y}" })).toBe("{x} : d'{y}");
});

test("a person's text falls back to the other language, and blank is none", () => {
  expect(localized({ en: 'a', fr: 'b' }, 'fr')).toBe('b');
  expect(localized({ en: 'a', fr: ' ' }, 'fr')).toBe('a');
  expect(localized({}, 'fr')).toBeUndefined();
  expect(localized(null, 'en')).toBeUndefined();
});
