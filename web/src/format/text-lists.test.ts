import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelsOf, labelsText, listOf, listText } from './text-lists.ts';

/** Also what a line of text is made of itself. */
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(',', '"', '=', ' ', 'a'), maxLength: 6 }),
);

test('any list comes back from its line as it was; none and nothing are the same', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (list) => {
      expect(listOf(listText(list))).toEqual(list);
    }),
  );
  expect([listOf(''), listOf(' , '), listText([]), listText(undefined)]).toEqual([
    undefined,
    undefined,
    '',
    '',
  ]);
});

test('any labels come back from their line as they were', () => {
  fc.assert(
    fc.property(fc.dictionary(text, text, { minKeys: 1 }), (labels) => {
      expect(labelsOf(labelsText(labels))).toEqual(labels);
    }),
  );
});

test('what people type is read as they mean it', () => {
  expect(listOf('freezer-*,  lab 2 ,')).toEqual(['freezer-*', 'lab 2']);
  expect(listOf('"Lyon, kitchen", Paris')).toEqual(['Lyon, kitchen', 'Paris']);
  expect(listOf('5" pipe, "open')).toEqual(['5" pipe', 'open']);
  expect(labelsOf('site=lyon, floor = 2, spare, note="a, b=c", e=x=y')).toEqual({
    site: 'lyon',
    floor: '2',
    spare: '',
    note: 'a, b=c',
    e: 'x=y',
  });
});
