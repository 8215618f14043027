import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { type LineContext, parseLineProtocol } from './line-protocol.ts';

const NOW = Date.parse('2026-11-22T05:00:00Z');
const context: LineContext = { limits: DEFAULT_LIMITS, receivedMs: NOW };
const parse = (text: string, using: Partial<LineContext> = {}) =>
  parseLineProtocol(new TextEncoder().encode(text), { ...context, ...using });

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof VigieError) return error.code;
    throw error;
  }
  return 'none';
}

/** The one refusal of a text that is one line. */
function refusal(text: string, using: Partial<LineContext> = {}) {
  const { batch, refused } = parse(text, using);
  expect(batch.count).toBe(0);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.payload).toBe(text);
  expect(refused[0]?.detail).toMatch(/\.$/);
  return { code: refused[0]?.code, pointer: refused[0]?.pointer };
}

describe('values', () => {
  const read = (text: string) => parse(`reading,host=a v=${text}`).batch.values[0];

  test.each([
    ['1', 1],
    ['-1', -1],
    ['1.5', 1.5],
    ['1.', 1],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['007', 7],
    ['-0', -0],
    ['-0.0', -0],
    ['1e3', 1000],
    ['-1.5E-7', -1.5e-7],
    ['1e+3', 1000],
    ['0.30000000000000004', 0.30000000000000004],
    ['123456789.123456789', Number('123456789.123456789')],
    ['5i', 5],
    ['-5i', -5],
    ['-0i', 0],
    ['0i', 0],
    ['1234567890i', 1234567890],
    ['-9223372036854775808i', -(2 ** 63)],
    ['9223372036854775807i', 2 ** 63],
    ['5u', 5],
    ['18446744073709551615u', 2 ** 64],
    ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, 1] as const),
    ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, 0] as const),
  ] as const)('%s is %d', (text, value) => {
    expect(read(text)).toBe(value);
  });

  test.each([
    ['line_invalid', ''],
    ['line_invalid', '-'],
    ['line_invalid', '.'],
    ['line_invalid', '+1'],
    ['line_invalid', '1.5i'],
    ['line_invalid', '1e3i'],
    ['line_invalid', '-5u'],
    ['line_invalid', '1ii'],
    ['line_invalid', '0x10'],
    ['line_invalid', '1e'],
    ['line_invalid', '1_000'],
    ['line_invalid', 'tRUE'],
    ['line_invalid', 'yes'],
    ['line_invalid', '9223372036854775808i'],
    ['line_invalid', '18446744073709551616u'],
    ['value_not_finite', 'NaN'],
    ['value_not_finite', '-inf'],
    ['value_not_finite', '+Infinity'],
    ['value_not_finite', '1e999'],
    ['value_not_number', '"text"'],
    ['value_not_number', '"a \\" b, c=1 2"'],
    ['value_not_number', '""'],
  ])('are refused with %s: %s', (code, text) => {
    expect(refusal(`reading,host=a v=${text}`)).toEqual({ code, pointer: '/readings/v' });
    expect(refusal(`reading,host=a a=1,v=${text} 1`).code).toBe(code);
  });

  test('are the numbers that JavaScript reads', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
          fc.double({ noNaN: true, min: -1e5, max: 1e5 }).map((value) => value.toFixed(3)),
        ),
        (text) => {
          expect(read(text)).toBe(Number(text));
        },
      ),
    );
  });
});

describe('timestamps', () => {
  const timeOf = (timestamp: string, precision?: string) =>
    parse(`reading,host=a t=1 ${timestamp}`, { precision }).batch.timesMs[0];

  test.each([
    ['1763780400123456789', undefined, 1763780400123.456],
    ['1763780400123456789', '', 1763780400123.456],
    ['1763780400123456999', 'ns', 1763780400123.456],
    ['1763780400123456000', 'n', 1763780400123.456],
    ['1763780400123456', 'us', 1763780400123.456],
    ['1763780400123456', 'u', 1763780400123.456],
    ['1763780400123456', 'µ', 1763780400123.456],
    ['1763780400123', 'ms', 1763780400123],
    ['1763780400', 's', 1763780400000],
    ['29396340', 'm', 1763780400000],
    ['489939', 'h', 1763780400000],
    ['0', 'ns', 0],
    ['999', 'ns', 0],
    ['1000', 'ns', 0.001],
    ['-1000', 'ns', -0.001],
    ['-1', 's', -1000],
    ['123456789012345678', 'ns', 123456789012.345],
    ['12345678901234567', 'ns', 12345678901.234],
    ['-1763780400123456000', 'ns', -1763780400123.456],
    ['001763780400', 's', 1763780400000],
  ])('%s in %s is %d ms', (timestamp, precision, ms) => {
    expect(timeOf(timestamp, precision)).toBe(ms);
  });

  test('are the time of receipt where there is none', () => {
    for (const end of ['', ' ', '   ', '\n', '\r\n', ' \r\n']) {
      expect(parse(`reading,host=a t=1${end}`, { receivedMs: 5.1234567 }).batch.timesMs[0]).toBe(
        5.123,
      );
    }
  });

  test('in any unit agree with whole numbers', () => {
    const units = { ns: 1n, us: 1000n, ms: 1_000_000n, s: 1_000_000_000n };
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 62n), max: BigInt(NOW) * 1_000_000n }),
        fc.constantFrom('ns', 'us', 'ms', 's'),
        (nanoseconds, precision) => {
          const timestamp = nanoseconds / units[precision];
          const micros = (timestamp * units[precision]) / 1000n;
          expect(timeOf(String(timestamp), precision)).toBe(Number(micros) / 1000);
        },
      ),
    );
  });

  test.each([
    ['timestamp_invalid', '1.5'],
    ['timestamp_invalid', '1e9'],
    ['timestamp_invalid', '-'],
    ['timestamp_invalid', '2026-11-22T05:00:00Z'],
    ['timestamp_invalid', '1 2'],
    ['timestamp_invalid', '99999999999999999999'],
    ['timestamp_in_future', String(BigInt(NOW + 600_001) * 1_000_000n)],
    ['timestamp_in_future', '9223372036854775807'],
  ])('are refused with %s: %s', (code, timestamp) => {
    expect(refusal(`reading,host=a t=1 ${timestamp}`)).toEqual({ code, pointer: '/timestamp' });
  });

  test('older than readings are kept are refused', () => {
    const limits = { ...DEFAULT_LIMITS, retentionMs: 3_600_000 };
    expect(refusal('reading,host=a t=1 1', { limits }).code).toBe('timestamp_too_old');
  });

  test('need a precision that is known', () => {
    for (const precision of ['d', 'NS', 'constructor', 'ns ']) {
      expect(codeOf(() => parse('reading,host=a t=1', { precision }))).toBe('invalid_request');
    }
  });
});
