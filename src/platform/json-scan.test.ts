import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import {
  decodeUtf8,
  MAX_DEPTH,
  MAX_VALUES,
  outlineJson,
  parseJsonText,
  withoutCrowded,
} from './json-scan.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'none';
}

const duplicatesOf = (text: string) => [...outlineJson(text, 100).duplicates];

describe('names that appear twice', () => {
  test.each([
    ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}', []],
    ['{"a":1,"a":2}', [[0, '/a']]],
    ['[{"a":1},{"b":{"x":1,"y":2,"x":3}}]', [[1, '/b/x']]],
    ['{"a":[0,{"k":1,"k":2}]}', [[0, '/a/1/k']]],
    ['{"a":1,"\\u0061":2}', [[0, '/a']]],
    ['{"a/b":1,"a/b":2}', [[0, '/a~1b']]],
    ['{"~":1,"~":2}', [[0, '/~0']]],
    ['{"a":"a","b":"a"}', []],
    ['{"a":"}{,\\"a\\":","b":1}', []],
    ['[["a","a"],{"a":["a"]}]', []],
    ['{"":1,"":2}', [[0, '/']]],
    [
      '[{"a":1,"a":2,"b":1,"b":2},{},{"c":{"d":{"e":0,"e":0}}}]',
      [
        [0, '/a'],
        [2, '/c/d/e'],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(duplicatesOf(text)).toEqual(expected);
  });

  test('are found among many', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `"n${i}":0`);
    expect(duplicatesOf(`{${names.join(',')}}`)).toEqual([]);
    expect(duplicatesOf(`{${names.join(',')},"n500":1}`)).toEqual([[0, '/n500']]);
  });
});

describe('elements with too much in them', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `"n${i}":0`).join(',');
  const values = (commas: number) => `[${'0,'.repeat(commas)}0]`;

  test.each([
    [`{${names(5)}}`, []],
    [`{${names(6)}}`, [[0, '']]],
    [`{"readings":{${names(5)},"n0":1}}`, []],
    [`{"readings":{${names(6)}}}`, [[0, '/readings']]],
    [`{"metadata":{${names(6)}}}`, []],
    [`{"a":{"readings":{${names(6)}}}}`, []],
    [
      `[{},{"readings":{${names(6)}}},{${names(6)}},{${names(5)}}]`,
      [
        [1, '/readings'],
        [2, ''],
      ],
    ],
    [`[[{"readings":{${names(6)}}}]]`, []],
    [`{"a":${values(MAX_VALUES - 1)},"b":${values(MAX_VALUES - 1)}}`, []],
    [`{"a":0,"b/":[${values(MAX_VALUES)}]}`, [[0, '/b~1/0']]],
    [`[{"a":${values(MAX_VALUES)}},{"a":1}]`, [[0, '/a']]],
  ])('%.50s', (text, expected) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect([...outlineJson(text, 10, 5).crowded]).toEqual(expected);
  });

  test('are told by their values alone where they are no readings', () => {
    expect(outlineJson(`{${names(1000)}}`, 10).crowded.size).toBe(0);
    expect([...outlineJson(`[{},{${names(MAX_VALUES + 1)}}]`, 10).crowded]).toEqual([[1, '']]);
  });

  test('are left out of what is parsed, and the others keep their places', () => {
    const crowd = `{${names(6)}}`;
    for (const [text, rest] of [
      [` ${crowd} `, ' null '],
      [`[${crowd}, 1,${crowd} ,{"a":2},\n${crowd}]`, '[null, 1,null ,{"a":2},\nnull]'],
      ['[1,{"a":2}]', '[1,{"a":2}]'],
    ] as const) {
      expect(withoutCrowded(text, outlineJson(text, 10, 5))).toBe(rest);
    }
  });
});

test('each element of an array is found with its own text, whatever stands between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue({ maxDepth: 3 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('', ' ', '\n\t'),
      (items, space) => {
        const texts = items.map((item) => JSON.stringify(item));
        const text = `${space}[${texts.map((each) => space + each + space).join(',')}]${space}`;
        const { starts, ends } = outlineJson(text, 100);
        expect(starts.map((start, i) => text.slice(start, ends[i]))).toEqual(texts);
      },
    ),
  );
});

test('a single value is one element', () => {
  const { starts, ends } = outlineJson('  {"a":[1,2]} \n', 1);
  expect([starts, ends]).toEqual([[2], [13]]);
});

test('depth is refused before JSON.parse meets it, brackets in strings do not count', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(codeOf(() => outlineJson(nested(MAX_DEPTH), 9))).toBe('none');
  expect(codeOf(() => outlineJson(nested(MAX_DEPTH + 1), 9))).toBe('nesting_too_deep');
  expect(codeOf(() => outlineJson('['.repeat(5_000_000), 9))).toBe('nesting_too_deep');
  expect(codeOf(() => outlineJson('{"a":'.repeat(1_000_000), 9))).toBe('nesting_too_deep');
  expect(codeOf(() => outlineJson(`["${'['.repeat(100)}"]`, 9))).toBe('none');
});

test('more elements than allowed are refused', () => {
  expect(codeOf(() => outlineJson('[1,2,3]', 3))).toBe('none');
  expect(codeOf(() => outlineJson('[1,2,3,4]', 3))).toBe('too_many_readings');
  expect(codeOf(() => outlineJson('{"a":[1,2,3,4]}', 3))).toBe('none');
});

test('any text can be outlined', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'{}[],:"\\a1 ')), (parts) => {
      const text = parts.join('');
      withoutCrowded(text, outlineJson(text, 1000, 1));
    }),
    { numRuns: 2000 },
  );
});

test('bytes are decoded strictly, without a byte order mark', () => {
  expect(decodeUtf8(Buffer.from('\uFEFF{"é":1}'))).toBe('{"é":1}');
  for (const bytes of [
    [0xff],
    [0xc3],
    [0xc0, 0xaf],
    [0xed, 0xa0, 0x80],
    [0xf5, 0x80, 0x80, 0x80],
  ]) {
    expect(codeOf(() => decodeUtf8(Uint8Array.from(bytes)))).toBe('invalid_utf8');
  }
});

test('a text that is not JSON says so', () => {
  for (const text of [
    '',
    '{',
    '[NaN]',
    '{"a":Infinity}',
    "{'a':1}",
    '[1,]',
    '// x\n{}',
    '{"a":1}}',
  ]) {
    expect(
      codeOf(() => parseJsonText(text)),
      text,
    ).toBe('invalid_json');
  }
});
