import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemplateInput, type TemplateText } from '#domain/template.ts';
import { anyDocument } from '../../../../test/support/any-document.ts';
import {
  groupsOf,
  PARTS,
  sayingTexts,
  withNewGroup,
  withoutGroup,
  withScope,
  withWords,
  wordsAt,
} from './text-groups.ts';

const anyTexts = (anyDocument(TemplateInput) as fc.Arbitrary<TemplateInput>).map(
  ({ texts }) => texts,
);
const TEXTS: TemplateText[] = [
  { language: 'en', subject: 'S', text: 'T' },
  { language: 'en', on: ['cleared'], text: 'Well again' },
  { language: 'fr', text: 'F' },
];

test('texts for the same channels and events are shown together, in the order of the document', () => {
  expect(groupsOf(TEXTS)).toEqual([{ at: { en: 0, fr: 2 } }, { on: ['cleared'], at: { en: 1 } }]);
  const twice = groupsOf([...TEXTS, { language: 'en', text: 'never taken' }]);
  expect(twice.map(({ at }) => at)).toEqual([{ en: 0, fr: 2 }, { en: 1 }, { en: 3 }]);
});

test('every text of any template is in one group, and writing the words that are there changes nothing', () => {
  fc.assert(
    fc.property(anyTexts, (texts) => {
      const groups = groupsOf(texts);
      const places = groups.flatMap(({ at }) => Object.values(at)).sort((a, b) => a - b);
      expect(places).toEqual([...texts.keys()]);
      for (const group of groups) {
        for (const language of Object.keys(group.at) as ('en' | 'fr')[]) {
          for (const part of PARTS) {
            const place = { group, language, part };
            expect(withWords(texts, place, wordsAt(texts, place))).toEqual(texts);
          }
        }
        const { channels, on } = group;
        expect(withScope(texts, group, { channels, on })).toEqual(texts);
      }
    }),
  );
});

test('words in the other language come after their own, for the same channels and events', () => {
  const [, cleared] = groupsOf(TEXTS);
  const place = { group: cleared!, language: 'fr', part: 'text' } as const;
  const after = withWords(TEXTS, place, 'Tout va bien');
  expect(after[2]).toEqual({ language: 'fr', on: ['cleared'], text: 'Tout va bien' });
  expect(after[3]).toBe(TEXTS[2]);
  expect(withoutGroup(after, groupsOf(after)[1]!)).toEqual([TEXTS[0], TEXTS[2]]);
});

test('words that are taken out are worded as usual again; a text without any is not sent', () => {
  const [all] = groupsOf(TEXTS);
  const after = withWords(TEXTS, { group: all!, language: 'fr', part: 'text' }, '');
  expect(after[2]).toEqual({ language: 'fr' });
  const sent = sayingTexts([{ language: 'fr' }, ...withNewGroup(after)]);
  expect(sent.texts).toEqual(TEXTS.slice(0, 2));
  expect([0, 1, 2, 3, undefined].map(sent.placeOf)).toEqual([
    undefined,
    0,
    1,
    undefined,
    undefined,
  ]);
});

test('a group can be for some channels and events, and for all again', () => {
  const [all] = groupsOf(TEXTS);
  const some = withScope(TEXTS, all!, { channels: ['email'], on: ['raised'] });
  expect(groupsOf(some)[0]).toEqual({ channels: ['email'], on: ['raised'], at: { en: 0, fr: 2 } });
  expect(withScope(some, groupsOf(some)[0]!, { channels: undefined, on: undefined })).toEqual(
    TEXTS,
  );
});
