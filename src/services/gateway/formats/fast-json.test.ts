import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type ParsedReadings } from '#domain/reading.ts';
import { FastJsonParser } from './fast-json.ts';
import { parseJsonByReference } from './json.ts';
import type { ParseContext } from './parse-context.ts';

const NOW = Date.parse('2026-11-22T05:00:00.123Z');
const context: ParseContext = { limits: DEFAULT_LIMITS, receivedMs: NOW };
/** One parser for all runs, so that what it remembers of one text is tried on the next. */
const parser = new FastJsonParser();
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Everything that a consumer can see, with every bit of every number. */
function visible({ batch, refused }: ParsedReadings) {
  const bits = (values: Float64Array) => [...new BigUint64Array(values.slice().buffer)].map(String);
  return {
    ...batch,
    timesMs: bits(batch.timesMs),
    values: bits(batch.values),
    shapes: batch.shapes.map((shape) => [...shape]),
    refused,
  };
}

/** The fast way says nothing, or what the reference says. Answers whether it said something. */
function agree(bytes: Uint8Array, using: ParseContext = context): boolean {
  const fast = parser.parse(bytes, using);
  if (fast === undefined) return false;
  const reference = parseJsonByReference(bytes, using);
  expect(visible(fast)).toEqual(visible(reference));
  expect(fast.batch.shapes.every((shape, i) => shape === reference.batch.shapes[i])).toBe(true);
  expect(fast.batch.metadata.every((m, i) => m === reference.batch.metadata[i])).toBe(true);
  return true;
}

function fast(text: string, using?: ParseContext): ParsedReadings | undefined {
  agree(utf8(text), using);
  return parser.parse(utf8(text), using ?? context);
}

const reading = (parts: Partial<Record<'id' | 'time' | 'values' | 'rest', string>> = {}) =>
  `{"sensor_id":${parts.id ?? '"freezer-3"'},"timestamp":${parts.time ?? '"2026-11-22T05:00:00Z"'},` +
  `"readings":${parts.values ?? '{"temperature":-18.4,"pressure":1013.2}'}${parts.rest ?? ''}}`;

describe('the fast JSON parser takes', () => {
  test.each([
    ['the reading of the contract', reading({ rest: ',"metadata":{"location":"lyon/kitchen"}' })],
    ['an array', `[${reading()},${reading({ id: '"b"' })}]`],
    ['space as JSON.stringify indents it', JSON.stringify(JSON.parse(`[${reading()}]`), null, 2)],
    ['space as Python writes it', reading().replaceAll(',"', ', "').replaceAll('":', '": ')],
    ['no time', '{"sensor_id":"a","readings":{"t":1}}'],
    ['any order', '{"readings":{"t":1},"metadata":{},"sensor_id":"a"}'],
    ['names in any script', reading({ id: '"Kühlraum-冷"', values: '{"température":4.5}' })],
    ['places in any script', reading({ rest: ',"metadata":{"location":"Crémerie"}' })],
    ['a calibration date', reading({ rest: ',"metadata":{"calibration_date":"2026-03-01"}' })],
    ['an offset', reading({ time: '"2026-11-22T06:00:00.123456789+01:00"' })],
    ['small letters in a time', reading({ time: '"2026-11-22t05:00:00.5z"' })],
    ['a leap second', reading({ time: '"2016-12-31T23:59:60Z"' })],
    ['a time before 1970', reading({ time: '"1899-12-31T23:59:59.999999Z"' })],
    ['long numbers', reading({ values: '{"a":0.30000000000000004,"b":123456789012345678901}' })],
    ['exponents', reading({ values: '{"a":1e3,"b":-2.5E-7,"c":5e-324,"d":0e9}' })],
    ['negative zero', reading({ values: '{"a":-0,"b":-0.0,"c":-0e1}' })],
  ])('%s', (_, text) => {
    expect(agree(utf8(text))).toBe(true);
  });
});

describe('the fast JSON parser leaves to the reference', () => {
  test.each([
    ['nothing', ''],
    ['space', ' \n'],
    ['an empty array', '[]'],
    ['a text cut short', reading().slice(0, -1)],
    ['a string cut short', '{"sensor_id":"a'],
    ['a comma too many', `[${reading()},]`],
    ['something after the end', `${reading()} x`],
    ['NUL after the end', `${reading()}\0`],
    ['escapes', reading({ id: '"\\u0061"' })],
    ['an unknown field', reading({ rest: ',"value":1' })],
    ['a field twice', reading({ rest: ',"sensor_id":"b"' })],
    ['values twice', reading({ rest: ',"readings":{"a":1}' })],
    ['a metric twice', reading({ values: '{"a":1,"a":2}' })],
    ['metadata twice', reading({ rest: ',"metadata":{},"metadata":{}' })],
    ['a name twice in metadata', reading({ rest: ',"metadata":{"location":"a","location":"b"}' })],
    ['a null', reading({ values: '{"a":1,"b":null}' })],
    ['no values', reading({ values: '{}' })],
    ['metrics that are indexes', reading({ values: '{"b":1,"7":2}' })],
    ['a leading zero', reading({ values: '{"a":01}' })],
    ['a plus sign', reading({ values: '{"a":+1}' })],
    ['a bare point', reading({ values: '{"a":1.}' })],
    ['a number without digits', reading({ values: '{"a":-}' })],
    ['an exponent without digits', reading({ values: '{"a":1e}' })],
    ['a number too large', reading({ values: '{"a":1e999}' })],
    ['a bad metric', reading({ values: '{"a b":1}' })],
    ['a bad sensor_id', reading({ id: '"../x"' })],
    ['a dot as sensor_id', reading({ id: '".."' })],
    ['no sensor_id', '{"readings":{"a":1}}'],
    ['no readings', '{"sensor_id":"a"}'],
    ['a time without offset', reading({ time: '"2026-11-22T05:00:00"' })],
    ['a day that is not', reading({ time: '"2026-02-29T05:00:00Z"' })],
    ['an hour that is not', reading({ time: '"2026-11-22T24:00:00Z"' })],
    ['a second that is not', reading({ time: '"2026-11-22T04:00:61Z"' })],
    ['too many decimals', reading({ time: '"2026-11-22T05:00:00.1234567890Z"' })],
    ['the far future', reading({ time: '"2026-11-22T05:10:01Z"' })],
    ['the year 10000', reading({ time: '"10000-01-01T00:00:00Z"' })],
    ['bad metadata', reading({ rest: ',"metadata":{"location":7}' })],
    ['a control character', reading({ rest: ',"metadata":{"location":"a\u0007"}' })],
    ['a newline in a string', reading({ id: '"a\nb"' })],
  ])('%s', (_, text) => {
    expect(parser.parse(utf8(text), context)).toBeUndefined();
  });

  test('bytes that are not UTF-8', () => {
    for (const field of ['id', 'values', 'rest'] as const) {
      const text = { id: '"é"', values: '{"é":1}', rest: ',"metadata":{"location":"é"}' }[field];
      const bytes = Buffer.from(reading({ [field]: text }), 'latin1');
      expect(parser.parse(bytes, context), field).toBeUndefined();
    }
  });

  test('limits that are passed', () => {
    const limits = { ...DEFAULT_LIMITS, readingsPerRequest: 2, metricsPerReading: 2 };
    const few = { ...context, limits };
    expect(parser.parse(utf8(`[${reading()},${reading()}]`), few)).toBeDefined();
    expect(parser.parse(utf8(`[${reading()},${reading()},${reading()}]`), few)).toBeUndefined();
    expect(fast(reading({ values: '{"a":1,"b":2,"c":3}' }))).toBeDefined();
    expect(parser.parse(utf8(reading({ values: '{"a":1,"b":2,"c":3}' })), few)).toBeUndefined();
    const old = { ...context, limits: { ...DEFAULT_LIMITS, retentionMs: 1000 } };
    expect(parser.parse(utf8(reading({ time: '"2026-11-22T04:59:59Z"' })), old)).toBeUndefined();
    expect(fast(reading({ time: '"2026-11-22T05:00:00Z"' }), old)).toBeDefined();
  });
});

test('a topic names the sensor of a payload that does not, and must not be contradicted', () => {
  const topic = { ...context, defaultSensorId: 'a' };
  expect(fast('{"readings":{"t":1}}', topic)?.batch.sensorIds).toEqual(['a']);
  expect(fast(reading({ id: '"a"' }), topic)?.batch.sensorIds).toEqual(['a']);
  expect(parser.parse(utf8(reading({ id: '"b"' })), topic)).toBeUndefined();
});

test('equal names share one shape and equal places one object', () => {
  const rest = ',"metadata":{"location":"lyon"}';
  const first = fast(`[${reading({ rest })},${reading({ id: '"b"', rest })}]`)?.batch;
  const second = fast(reading({ rest: `, "metadata": {"location": "lyon"}` }))?.batch;
  expect(first?.shapes[0]).toBe(first?.shapes[1]);
  expect(second?.shapes[0]).toBe(first?.shapes[0]);
  expect(second?.metadata[0]).toBe(first?.metadata[0]);
});

test('a later request changes nothing of an earlier answer', () => {
  const before = parser.parse(utf8(`[${reading()},${reading()}]`), context)!;
  const seen = visible(before);
  parser.parse(utf8(reading({ id: '"other"', values: '{"x":9,"y":8,"z":7}' })), context);
  expect(visible(before)).toEqual(seen);
  expect(before.batch.values).toHaveLength(4);
  expect(before.batch.timesMs).toHaveLength(2);
});

test('a body of several megabytes, then a small one, is read whole', () => {
  const many = Array.from({ length: 30_000 }, (_, i) => reading({ id: `"sensor-${i}"` }));
  expect(agree(utf8(`[${many.join(',')}]`))).toBe(true);
  expect(agree(utf8(reading()))).toBe(true);
});

describe('whatever comes, the fast JSON parser says nothing or what the reference says', () => {
  /** Usual parts, with an odd one now and then: a text with many odd parts is soon given up. */
  const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 40) =>
    fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
  const space = mostly(fc.constant(''), fc.constantFrom(' ', '\n', '\t', '\r\n  ', '\f'), 60);
  const number = mostly(
    fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.double({ noNaN: true, min: -1e4, max: 1e4 }).map((value) => value.toFixed(2)),
      fc.integer().map(String),
      fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
      fc
        .tuple(fc.integer(), fc.nat(1e9), fc.integer({ min: -330, max: 280 }))
        .map(([whole, fraction, exponent]) => `${whole}.${fraction}e${exponent}`),
      fc.constantFrom('-0', '0.0', '-0.0', '1E5', '-0.000001', '0e0', '0'),
    ),
    fc.constantFrom(
      '01',
      '-01',
      '.5',
      '5.',
      '5.e1',
      '1e',
      '-',
      '+1',
      'NaN',
      'null',
      '"1"',
      '1e999',
    ),
    60,
  );
  const name = mostly(
    fc.constantFrom('temperature', 'pressure', 'humidity', 'a', 'é', '_', '__proto__', 'a-b.c'),
    fc.oneof(fc.constantFrom('7', '42', 'a:b', '', '..'), fc.string({ maxLength: 6 })),
  );
  const time = mostly(
    fc
      .tuple(
        fc.date({ min: new Date('0001-01-01'), max: new Date(NOW), noInvalidDate: true }),
        fc.stringMatching(/^(\.\d{1,9})?$/),
        fc.constantFrom('Z', 'Z', 'z', '+01:00', '-23:59'),
      )
      .map(([date, fraction, zone]) => `${date.toISOString().slice(0, 19)}${fraction}${zone}`),
    fc.oneof(
      fc.stringMatching(
        /^20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-6]\d:[0-6]\d(\.\d+)?[Z+-](0\d:0\d)?$/,
      ),
      fc.constantFrom('2026-11-22T04:00:00', '2026-11-22', '', '2026-11-22T04:00:00+01:60'),
    ),
  );
  const id = mostly(
    fc.constantFrom('sensor-1', 'sensor-2', 'sensor-10', 'Kühlraum', 'x:y', 'a'),
    fc.oneof(
      fc.constantFrom('..', 'a b', '', 'x'.repeat(201)),
      fc.string({ maxLength: 12, unit: 'grapheme' }),
    ),
  );
  const place = mostly(
    fc.constantFrom('plant-1', 'plant-2', 'Crémerie', 'lyon/kitchen'),
    fc.string({ maxLength: 12, unit: 'grapheme' }),
  );
  const pair = (key: string, value: string) =>
    fc
      .tuple(space, space, mostly(fc.constant(''), fc.constant(' '), 200), space, space)
      .map(([a, b, c, d, e]) => `${a}${JSON.stringify(key)}${c}:${b}${value}${d}${e}`);
  const pairs = (members: fc.Arbitrary<string>[]) =>
    fc.tuple(...members).map((all) => `{${all.join(',')}}`);
  const values = fc
    .array(
      fc.tuple(name, number).chain(([key, value]) => pair(key, value)),
      { minLength: 1, maxLength: 4 },
    )
    .map((all) => `{${all.join(',')}}`);
  const quoted = (key: string, value: fc.Arbitrary<string>) =>
    value.chain((text) => pair(key, JSON.stringify(text)));
  const metadata = fc
    .subarray(
      [
        quoted('location', place),
        quoted('calibration_date', time),
        fc.tuple(name, number).chain(([key, value]) => pair(key, value)),
        pair('labels', '{"a":"b"}'),
      ],
      { minLength: 0, maxLength: 2 },
    )
    .chain(pairs);
  const members = [
    quoted('sensor_id', id),
    quoted('timestamp', time),
    values.chain((value) => pair('readings', value)),
    metadata.chain((value) => pair('metadata', value)),
  ];
  const usual = mostly(
    fc.constant(members),
    fc.oneof(
      fc.shuffledSubarray(members),
      fc.constantFrom(...members).map((again): fc.Arbitrary<string>[] => [...members, again]),
      fc.constant<fc.Arbitrary<string>[]>([...members, pair('value', '1')]),
    ),
    6,
  ).chain((all) => fc.shuffledSubarray(all, { minLength: all.length }).chain(pairs));
  const body = fc.oneof(
    usual,
    fc.array(usual, { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
  );

  test('texts of readings, here and there odd', () => {
    let taken = 0;
    fc.assert(
      fc.property(body, (json) => {
        if (agree(utf8(json))) taken++;
      }),
      { numRuns: 4000 },
    );
    expect(taken).toBeGreaterThan(800);
  });

  test('texts with bytes changed, cut out and put in', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        body,
        fc.tuple(fc.nat(), fc.nat(2)),
        fc.oneof(
          fc.uint8Array({ maxLength: 2 }),
          fc.constantFrom('"', '}', '{', ',', '0', '9', '.', 'e', '-', '\\', '\n', '}}').map(utf8),
        ),
        (json, [at, removed], put) => {
          const bytes = Buffer.from(json);
          const start = at % (bytes.length + 1);
          const parts = [bytes.subarray(0, start), put, bytes.subarray(start + removed)];
          if (agree(Buffer.concat(parts))) taken++;
        },
      ),
      { numRuns: 6000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  test('a text cut anywhere', () => {
    const whole = utf8(`[${reading()}, ${reading({ rest: ',"metadata":{"location":"é"}' })}]`);
    for (let end = 0; end < whole.length; end++) {
      expect(agree(whole.subarray(0, end))).toBe(false);
    }
  });
});

// Last, because it empties the tables that the identity of shapes rests on.
test('more sensors and shapes than are remembered are read all the same', () => {
  const own = new FastJsonParser();
  for (let round = 0; round < 8; round++) {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      reading({ id: `"s${round}-${i}"`, values: `{"m${round}-${i}":${i}}` }),
    );
    const bytes = utf8(`[${many.join(',')}]`);
    const { batch } = own.parse(bytes, context)!;
    expect(batch.sensorIds[9_999]).toBe(`s${round}-9999`);
    expect(batch.shapes[9_999]).toEqual([`m${round}-9999`]);
    expect(batch.values[9_999]).toBe(9_999);
  }
});
