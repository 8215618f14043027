import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileGlob, matchesAny, selectorMatches, selectorProblems } from './selector.ts';

describe('selectorMatches', () => {
  const labels = { site: 'lyon', room: 'kitchen' };

  test('covers every sensor where it says nothing', () => {
    for (const selector of [undefined, {}, { sensors: [] }, { labels: {} }]) {
      expect(selectorMatches(selector, 'freezer-3', labels)).toBe(true);
    }
  });

  test('needs one of the patterns and all of the labels', () => {
    const selector = { sensors: ['fridge', 'freezer-*'], labels: { site: 'lyon' } };
    expect(selectorMatches(selector, 'freezer-3', labels)).toBe(true);
    expect(selectorMatches(selector, 'fridge', labels)).toBe(true);
    expect(selectorMatches(selector, 'fridge-2', labels)).toBe(false);
    expect(selectorMatches(selector, 'freezer-3', { site: 'paris' })).toBe(false);
    expect(selectorMatches({ labels: { toString: 'x' } }, 'freezer-3', {})).toBe(false);
  });

  test('leaves out what fits all that one of its exceptions asks', () => {
    const selector = {
      sensors: ['freezer-*'],
      not: [
        { sensors: ['freezer-9', 'freezer-1?'] },
        { sensors: ['*-3'], labels: { site: 'lab' } },
      ],
    };
    expect(selectorMatches(selector, 'freezer-3', labels)).toBe(true);
    expect(selectorMatches(selector, 'freezer-3', { site: 'lab' })).toBe(false);
    expect(selectorMatches(selector, 'freezer-3', {})).toBe(true);
    expect(selectorMatches(selector, 'freezer-9', labels)).toBe(false);
    expect(selectorMatches(selector, 'freezer-12', labels)).toBe(false);
    expect(selectorMatches(selector, 'fridge', labels)).toBe(false);
    expect(selectorMatches({ not: [{ labels: { site: 'lyon' } }] }, 'fridge', labels)).toBe(false);
  });
});

describe('matchesAny', () => {
  test('fits ids by name and by pattern, and nothing where the list is empty', () => {
    expect(matchesAny(['a', 'b*'], 'a')).toBe(true);
    expect(matchesAny(['a', 'b*'], 'b2')).toBe(true);
    expect(matchesAny(['a', 'b*'], 'c')).toBe(false);
    expect(matchesAny([], 'a')).toBe(false);
  });
});

describe('compileGlob', () => {
  test.each([
    ['*', '', true],
    ['freezer-*', 'freezer-', true],
    ['*-3', 'freezer-3', true],
    ['f?eezer', 'freezer', true],
    ['f?eezer', 'feezer', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['capteur-é?', 'capteur-é😀', true],
    ['a.c', 'abc', false],
    ['**a', 'ba', true],
    ['a?', 'a', false],
    ['Freezer', 'freezer', false],
  ])('%s against %s is %s', (pattern, text, expected) => {
    expect(compileGlob(pattern)(text)).toBe(expected);
  });

  test('agrees with a regular expression of the same meaning', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 });
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (parts, letters) => {
        const source = parts.join('').replaceAll('*', '.*').replaceAll('?', '.');
        const expected = new RegExp(`^${source}$`).test(letters.join(''));
        expect(compileGlob(parts.join(''))(letters.join(''))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('ends soon where a regular expression would not', () => {
    const hostile = compileGlob(`${'*a'.repeat(99)}b`);
    expect(hostile('a'.repeat(200))).toBe(false);
  });
});

describe('selectorProblems', () => {
  test('names the patterns that no sensor id can match', () => {
    const sensors = ['freezer-*', 'two words', 'capteur-é:1', 'a/b'];
    const not = [{ labels: { site: 'a b' } }, { sensors: ['a', 'a b'] }];
    expect(selectorProblems({ sensors, not }).map(({ pointer }) => pointer)).toEqual([
      '/where/sensors/1',
      '/where/sensors/3',
      '/where/not/1/sensors/1',
    ]);
  });
});
