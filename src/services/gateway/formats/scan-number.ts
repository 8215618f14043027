import type { ScanInput } from './scan-input.ts';

/** 10⁰ … 10²²: the powers that a double holds exactly. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
/** So many digits fit into the 31 bits of the first, integer attempt of a scanner. */
export const SMALL_DIGITS = 9;
/** So many digits are an integer below 2⁵³. */
const EXACT_DIGITS = 15;

const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const LOWER_E = 0x65;
const UPPER_E = 0x45;

const isDigit = (byte: number) => (byte - ZERO) >>> 0 <= 9;

/**
 * Reads JSON numbers (RFC 8259 section 6) of any length, to the bit as `JSON.parse` does: an integer below
 * 2⁵³ divided by an exact power of ten is rounded once, correctly; what does not fit goes to `Number`.
 */
export class NumberScanner {
  /** Where the number that was scanned last ends. */
  end = 0;
  /** True where it was written without decimals and exponent, and is exact. */
  isInteger = false;

  /** The number that starts at `start`; NaN where there is none. May be infinite. */
  scan(input: ScanInput, start: number): number {
    const { bytes } = input;
    let at = start;
    this.end = start;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at++;
    const firstDigit = at;
    let mantissa = 0;
    while (isDigit(bytes[at]!)) mantissa = mantissa * 10 + bytes[at++]! - ZERO;
    let digits = at - firstDigit;
    if (digits === 0 || (digits > 1 && bytes[firstDigit] === ZERO)) return Number.NaN;
    let decimals = 0;
    if (bytes[at] === DOT) {
      const firstDecimal = ++at;
      while (isDigit(bytes[at]!)) mantissa = mantissa * 10 + bytes[at++]! - ZERO;
      decimals = at - firstDecimal;
      if (decimals === 0) return Number.NaN;
      digits += decimals;
    }
    let isExact = digits <= EXACT_DIGITS;
    if (bytes[at] === LOWER_E || bytes[at] === UPPER_E) {
      isExact = false;
      at++;
      if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
      if (!isDigit(bytes[at]!)) return Number.NaN;
      while (isDigit(bytes[at]!)) at++;
    }
    this.end = at;
    this.isInteger = isExact && decimals === 0;
    if (!isExact) return Number(input.latin1(start, at));
    const value = mantissa / POWERS_OF_TEN[decimals]!;
    return isNegative ? -value : value;
  }
}
