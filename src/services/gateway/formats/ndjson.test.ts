import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { parseJsonByReference } from './json.ts';
import { parseNdjson } from './ndjson.ts';
import type { ParseContext } from './parse-context.ts';

const context: ParseContext = {
  limits: DEFAULT_LIMITS,
  receivedMs: Date.parse('2026-11-22T05:00:00Z'),
};
const parse = (text: string, using: Partial<ParseContext> = {}) =>
  parseNdjson(new TextEncoder().encode(text), { ...context, ...using });
const line = (id: string, value = '1') => `{"sensor_id":"${id}","readings":{"t":${value}}}`;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'none';
}

test('each line is a reading, however lines end; blank ones do not count', () => {
  const text = `\r\n${line('a')}\n\n  \t\n ${line('b', '2')} \r\n${line('c', 'x')}\r\n\n${line('d')}`;
  const { batch, refused } = parse(text);
  expect(batch.sensorIds).toEqual(['a', 'b', 'd']);
  expect(batch.indexes).toEqual([0, 1, 3]);
  expect(refused).toMatchObject([{ index: 2, code: 'invalid_json', payload: line('c', 'x') }]);
});

test('a line with a multitude of members is refused on its own', () => {
  const members = Array.from({ length: 400 }, (_, i) => `"m${i}":1`).join(',');
  const crowd = `{"sensor_id":"b","readings":{${members}}}`;
  const { batch, refused } = parse(`${line('a')}\n${crowd}\n[${crowd}]\n${line('c')}`);
  expect(batch.indexes).toEqual([0, 3]);
  expect(refused).toMatchObject([
    { index: 1, code: 'too_many_metrics', pointer: '/readings' },
    { index: 2, code: 'not_an_object' },
  ]);
});

test('a bad line is refused on its own', () => {
  const deep = `{"sensor_id":"a","metadata":${'['.repeat(50)}`;
  const { batch, refused } = parse(
    [
      line('a'),
      '{"sensor_id":"b"',
      '"readings":{"t":1}}',
      deep,
      `[${line('c')}]`,
      '{"sensor_id":"d","readings":{"t":1,"t":2}}',
      `${line('e')}${line('f')}`,
      `${line('g')},`,
      '42',
      line('h', 'null'),
      line('../i'),
      line('j', '1e999'),
      line('z'),
    ].join('\n'),
  );
  expect(batch.sensorIds).toEqual(['a', 'z']);
  expect(batch.indexes).toEqual([0, 12]);
  expect(refused.map(({ index, code }) => [index, code])).toEqual([
    [1, 'invalid_json'],
    [2, 'invalid_json'],
    [3, 'nesting_too_deep'],
    [4, 'not_an_object'],
    [5, 'duplicate_key'],
    [6, 'invalid_json'],
    [7, 'invalid_json'],
    [8, 'not_an_object'],
    [9, 'readings_missing'],
    [10, 'sensor_id_invalid'],
    [11, 'value_not_finite'],
  ]);
});

test('an object over several lines is no reading', () => {
  for (const text of [
    '{"sensor_id":"a",\n"readings":{"t":1}}',
    '{"sensor_id":"a","readings":{"t":\n1}}',
    '{"sensor_id":"a","readings":{"t":1},"metadata":{\n"location":"x"}}',
  ]) {
    const { batch, refused } = parse(text);
    expect([batch.count, refused.length]).toEqual([0, 2]);
  }
});

test('a line that is not UTF-8 is refused and shown with marks', () => {
  const bytes = Buffer.concat([
    Buffer.from(`${line('a')}\n`),
    Buffer.from(line('caf\u00e9'), 'latin1'),
    Buffer.from(`\n${line('b')}`),
  ]);
  const { batch, refused } = parseNdjson(bytes, context);
  expect(batch.sensorIds).toEqual(['a', 'b']);
  expect(refused).toMatchObject([{ index: 1, code: 'invalid_utf8', payload: line('caf\uFFFD') }]);
});

test('nothing but blank lines is no request', () => {
  for (const text of ['', '\n', ' \r\n\t\n']) expect(codeOf(() => parse(text))).toBe('no_readings');
});

test('lines beyond the limit refuse the request', () => {
  const limits = { ...DEFAULT_LIMITS, readingsPerRequest: 2 };
  expect(codeOf(() => parse(`${line('a')}\n\n${line('b')}\n`, { limits }))).toBe('none');
  expect(codeOf(() => parse(`${line('a')}\nbad\n${line('b')}`, { limits }))).toBe(
    'too_many_readings',
  );
});

test('lines that leave everything open are each given up soon', () => {
  for (const open of ['{"metadata":{', '{"sensor_id":"', '{"readings":{"', '{"metadata":{"a":"x']) {
    const { batch, refused } = parse(`${open}\n`.repeat(50_000));
    expect([batch.count, refused.length]).toEqual([0, 50_000]);
  }
});

test('every line says what it says alone', () => {
  const part = fc.constantFrom(
    line('a'),
    line('b', '-0.5'),
    line('c', '"1"'),
    '{"sensor_id":"a","readings":{"t":1},"metadata":{"location":"x"}}',
    '{"sensor_id":"a","readings":{"t":1},"metadata":{\n"location":"x"}}',
    '{"sensor_id":"a"',
    ',"readings":{"t":1}}',
    ' ',
    '\n',
    '\r\n',
    '\n\n',
    '{',
    '}',
    'null',
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), (parts) => {
      const text = parts.join('');
      const lines = text.split('\n').filter((each) => each.trim() !== '');
      if (lines.length === 0) return;
      const { batch, refused } = parse(text);
      const seen = new Map<number, unknown>(
        refused.map(({ index, code, pointer }) => [index, { code, pointer }]),
      );
      let value = 0;
      for (let i = 0; i < batch.count; i++) {
        const shape = batch.shapes[i] ?? [];
        seen.set(batch.indexes?.[i] ?? i, {
          sensorId: batch.sensorIds[i],
          values: [...batch.values.slice(value, value + shape.length)],
          metadata: batch.metadata[i],
        });
        value += shape.length;
      }
      expect([...seen.keys()].sort((a, b) => a - b)).toEqual(lines.map((_, i) => i));
      lines.forEach((each, i) => {
        expect(seen.get(i)).toEqual(alone(each));
      });
    }),
    { numRuns: 1500 },
  );

  function alone(text: string): unknown {
    try {
      const { batch, refused } = parseJsonByReference(new TextEncoder().encode(text), context);
      const [first] = refused;
      if (first) return { code: first.code, pointer: first.pointer };
      return {
        sensorId: batch.sensorIds[0],
        values: [...batch.values],
        metadata: batch.metadata[0],
      };
    } catch (error) {
      if (error instanceof VigieError) return { code: error.code, pointer: '' };
      throw error;
    }
  }
});
