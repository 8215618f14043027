import { expect, test } from 'vitest';
import { changed, changedAt, changedPart, unlessEmpty, withoutAt } from './change-document.ts';

test('a field that is emptied is left out, the others stay as they were', () => {
  const before: { a?: number; b?: string } = { a: 1, b: 'x' };
  expect(changed(before, { a: undefined })).toEqual({ b: 'x' });
  expect(Object.keys(changed(before, { a: undefined }))).toEqual(['b']);
  expect(changed<typeof before>(undefined, { a: 2 })).toEqual({ a: 2 });
  expect(before).toEqual({ a: 1, b: 'x' });
});

test('a part without fields, and a list without items, are not there', () => {
  expect(changedPart<{ a?: number }>({ a: 1 }, { a: undefined })).toBeUndefined();
  expect(changedPart<{ a?: number }>({ a: 1 }, { a: 3 })).toEqual({ a: 3 });
  expect(unlessEmpty([])).toBeUndefined();
  expect(unlessEmpty([0])).toEqual([0]);
});

test('items are changed and taken out by their place', () => {
  expect(changedAt(['a', 'b', 'a'], 2, 'c')).toEqual(['a', 'b', 'c']);
  expect(withoutAt(['a', 'b', 'a'], 0)).toEqual(['b', 'a']);
});
