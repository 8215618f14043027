import { type Fault, fault, quote } from './faults.ts';
import type { ScanInput } from './scan-input.ts';
import { POWERS_OF_TEN } from './scan-number.ts';

const FLOAT = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^(-?\d+)([iu])$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)$/i;
const TRUE = new Set(['t', 'T', 'true', 'True', 'TRUE']);
const FALSE = new Set(['f', 'F', 'false', 'False', 'FALSE']);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * A field value that is not a short number: any float, `i` (64 bits), `u` (64 bits, unsigned), or a boolean,
 * which is 0 or 1. `field` is named by a fault.
 */
export function parseFieldValue(text: string, field: string): number | Fault {
  if (FLOAT.test(text)) {
    const value = Number(text);
    return Number.isFinite(value)
      ? value
      : fault('value_not_finite', '', `The value of ${quote(field)} is too large.`);
  }
  const integer = INTEGER.exec(text);
  if (integer) {
    const [, digits = '', suffix] = integer;
    const value = BigInt(digits);
    const [min, max] = suffix === 'i' ? [-INT64_MAX - 1n, INT64_MAX] : [0n, UINT64_MAX];
    if (value >= min && value <= max) return Number(value);
    return fault('line_invalid', '', `${quote(text)} is out of range.`);
  }
  if (TRUE.has(text)) return 1;
  if (FALSE.has(text)) return 0;
  if (NOT_FINITE.test(text)) {
    return fault('value_not_finite', '', `The value of ${quote(field)} is not finite.`);
  }
  return fault('line_invalid', '', `${quote(text)} is not a value of a field.`);
}

/** Units of timestamps, in microseconds. */
const PRECISIONS: Readonly<Record<string, number>> = {
  '': 1e-3,
  n: 1e-3,
  ns: 1e-3,
  u: 1,
  us: 1,
  µ: 1,
  ms: 1e3,
  s: 1e6,
  m: 60e6,
  h: 3600e6,
};

/** Microseconds a unit for the `precision` of a write call; undefined where it is not known. */
export function microsPerUnit(precision: string): number | undefined {
  return Object.hasOwn(PRECISIONS, precision) ? PRECISIONS[precision] : undefined;
}

const ZERO = 0x30;
const MINUS = 0x2d;
/** So many digits of a number fit into 31 bits. */
const CHUNK_DIGITS = 9;
const NANOSECOND_DIGITS = 19;

/** Reads the timestamp of a line, an integer of 64 bits; finer than a microsecond is cut. */
export class TimestampScanner {
  /** Where the timestamp that was scanned last ends. */
  end = 0;

  /** Microseconds since the epoch; NaN where there is no integer, or one out of range. */
  scan(input: ScanInput, start: number, unitMicros: number): number {
    const { bytes } = input;
    let at = start;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const first = at;
    let high = 0;
    let digit = bytes[at]! - ZERO;
    while (digit >>> 0 <= 9 && at - first < CHUNK_DIGITS) {
      high = (high * 10 + digit) | 0;
      digit = bytes[++at]! - ZERO;
    }
    const second = at;
    let low = 0;
    while (digit >>> 0 <= 9 && at - second < CHUNK_DIGITS) {
      low = (low * 10 + digit) | 0;
      digit = bytes[++at]! - ZERO;
    }
    while (digit >>> 0 <= 9) digit = bytes[++at]! - ZERO;
    this.end = at;
    const digits = at - first;
    if (digits === 0) return Number.NaN;
    let micros: number;
    if (digits === NANOSECOND_DIGITS && unitMicros < 1 && high < 900_000_000) {
      // Present times in ns: 9 digits, then 7 more make microseconds.
      micros = high * 1e7 + Math.floor(low / 100);
    } else if (digits <= 15) {
      const units = high * POWERS_OF_TEN[at - second]! + low;
      micros = unitMicros < 1 ? Math.floor(units / 1000) : units * unitMicros;
    } else return this.#large(input.latin1(start, at), unitMicros);
    return isNegative ? 0 - micros : micros;
  }

  #large(text: string, unitMicros: number): number {
    const units = BigInt(text);
    if (units > INT64_MAX || units < -INT64_MAX - 1n) return Number.NaN;
    return unitMicros < 1 ? Number(units / 1000n) : Number(units) * unitMicros;
  }
}
