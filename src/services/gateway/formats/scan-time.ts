import { parseTime } from '#domain/time.ts';
import type { ScanInput } from './scan-input.ts';

// Tested by: fast-json.test.ts

const ZERO = 0x30;
const COLON = 0x3a;
const DOT = 0x2e;
const PLUS = 0x2b;
const MINUS = 0x2d;
const UPPER_Z = 0x5a;
const LOWER_Z = 0x7a;
/** Digits after the second → factor to microseconds. */
const TO_MICROS = Float64Array.of(1_000_000, 100_000, 10_000, 1000, 100, 10, 1);
const MAX_DECIMALS = 9;

/** `12` → 12; negative where these are not two digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  return tens >>> 0 > 9 || ones >>> 0 > 9 ? -1 : tens * 10 + ones;
}

/**
 * Reads RFC 3339 times with an offset, to the bit as `parseTime` does. The date is compared with the one
 * before, and a new one is `parseTime`'s to read.
 */
export class TimeScanner {
  /** Where the time that was scanned last ends. */
  end = 0;
  /** The date before with the letter after it, in words; and its midnight, ms. */
  #date = Int32Array.of(0, 0, 0);
  #midnightMs = Number.NaN;

  /** The time that starts at `start`, ms; NaN where there is none, or one without an offset. */
  scan(input: ScanInput, start: number): number {
    const { bytes, view } = input;
    const date = this.#date;
    this.end = start;
    if (
      view.getInt32(start, true) !== date[0] ||
      view.getInt32(start + 4, true) !== date[1] ||
      view.getInt32(start + 7, true) !== date[2]
    ) {
      this.#newDate(input, start);
    }
    const hour = twoDigits(bytes, start + 11);
    const minute = twoDigits(bytes, start + 14);
    const second = twoDigits(bytes, start + 17);
    // A leap second counts as the second after.
    if ((hour | minute | second) < 0 || hour > 23 || minute > 59 || second > 60) return Number.NaN;
    if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return Number.NaN;
    let at = start + 19;
    let micros = 0;
    if (bytes[at] === DOT) {
      const first = ++at;
      let fraction = 0;
      let digit = bytes[at]! - ZERO;
      while (digit >>> 0 <= 9) {
        if (at - first < 6) fraction = (fraction * 10 + digit) | 0;
        digit = bytes[++at]! - ZERO;
      }
      const decimals = at - first;
      if (decimals === 0 || decimals > MAX_DECIMALS) return Number.NaN;
      micros = decimals >= 6 ? fraction : fraction * TO_MICROS[decimals]!;
    }
    const zone = bytes[at++]!;
    let offsetMinutes = 0;
    if (zone !== UPPER_Z && zone !== LOWER_Z) {
      if (zone !== PLUS && zone !== MINUS) return Number.NaN;
      const hours = twoDigits(bytes, at);
      const minutes = twoDigits(bytes, at + 3);
      if ((hours | minutes) < 0 || hours > 23 || minutes > 59) return Number.NaN;
      if (bytes[at + 2] !== COLON) return Number.NaN;
      offsetMinutes = zone === MINUS ? -(hours * 60 + minutes) : hours * 60 + minutes;
      at += 5;
    }
    this.end = at;
    const wholeMs = this.#midnightMs + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000;
    return (wholeMs * 1000 + micros) / 1000;
  }

  #newDate(input: ScanInput, start: number): void {
    const { view } = input;
    this.#date = Int32Array.of(
      view.getInt32(start, true),
      view.getInt32(start + 4, true),
      view.getInt32(start + 7, true),
    );
    const midnight = parseTime(`${input.latin1(start, start + 11)}00:00:00Z`);
    this.#midnightMs = midnight.ok ? midnight.ms : Number.NaN;
  }
}
