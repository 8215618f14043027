import { isMetricName } from '#domain/reading.ts';
import { type MetricNode, MetricTrie } from './metric-trie.ts';
import type { ReadingColumns } from './reading-columns.ts';
import { type ScanInput, skipSpace } from './scan-input.ts';
import { NumberScanner, POWERS_OF_TEN, SMALL_DIGITS } from './scan-number.ts';

// Tested by: fast-json.test.ts

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const COLON = 0x3a;
const UPPER_E = 0x45;
const LOWER_E = 0x65;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;
const UNUSUAL = -1;
const ONLY_DIGITS = /^\d+$/;

/** Reads the `readings` object: metric names by comparison with those of earlier readings, numbers into a column. */
export class ValueScanner {
  /** The last metric of the object that was read; its shape and depth are those of the reading. */
  last: MetricNode;
  readonly #numbers = new NumberScanner();
  #metrics = new MetricTrie();
  #root = this.#metrics.root();

  constructor() {
    this.last = this.#root;
  }

  /** To be called before each request: a full tree is forgotten. */
  begin(): void {
    if (!this.#metrics.isFull) return;
    this.#metrics = new MetricTrie();
    this.#root = this.#metrics.root();
  }

  /**
   * From behind the opening brace to behind the closing one, or -1 where something is unusual. The values
   * stand in `columns.values` from `valueCount` on, which stays as it is.
   */
  scan(
    input: ScanInput,
    start: number,
    target: { columns: ReadingColumns; limit: number },
  ): number {
    const { bytes, view } = input;
    const { columns, limit } = target;
    while (columns.valueCount + limit > columns.values.length) columns.growValues();
    const { values } = columns;
    let place = columns.valueCount;
    let at = start;
    let node = this.#root;
    for (;;) {
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      let next = node.recent;
      if (next === undefined || !next.matches(view, at)) {
        next = this.#otherMetric(input, at, node);
        if (next === undefined) return UNUSUAL;
        node.recent = next;
      }
      node = next;
      if (node.depth > limit) return UNUSUAL;
      at += node.byteLength;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);

      // The usual number has few digits and no exponent: an integer, shifted by its decimals.
      const first = at;
      if (bytes[at] === MINUS) at++;
      const firstDigit = at;
      let mantissa = bytes[at]! - ZERO;
      if (mantissa >>> 0 > 9) return UNUSUAL;
      let digit = bytes[++at]! - ZERO;
      while (digit >>> 0 <= 9) {
        mantissa = (mantissa * 10 + digit) | 0;
        digit = bytes[++at]! - ZERO;
      }
      let digits = at - firstDigit;
      if (digits > 1 && bytes[firstDigit] === ZERO) return UNUSUAL;
      let decimals = 0;
      if (digit === DOT - ZERO) {
        const firstDecimal = at + 1;
        digit = bytes[++at]! - ZERO;
        while (digit >>> 0 <= 9) {
          mantissa = (mantissa * 10 + digit) | 0;
          digit = bytes[++at]! - ZERO;
        }
        decimals = at - firstDecimal;
        if (decimals === 0) return UNUSUAL;
        digits += decimals;
      }
      if (digits <= SMALL_DIGITS && digit !== LOWER_E - ZERO && digit !== UPPER_E - ZERO) {
        const value = mantissa / POWERS_OF_TEN[decimals]!;
        values[place++] = first === firstDigit ? value : -value;
      } else {
        const value = this.#numbers.scan(input, first);
        if (!Number.isFinite(value)) return UNUSUAL;
        values[place++] = value;
        at = this.#numbers.end;
      }

      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      const after = bytes[at++];
      if (after === COMMA) continue;
      this.last = node;
      return after === CLOSE_BRACE ? at : UNUSUAL;
    }
  }

  /** The metric that is named at `at` and is not the one that mostly follows `parent`. */
  #otherMetric(input: ScanInput, at: number, parent: MetricNode): MetricNode | undefined {
    const { bytes, end } = input;
    if (bytes[at] !== QUOTE) return undefined;
    const close = bytes.indexOf(QUOTE, at + 1);
    if (close < 0 || close >= end || bytes[close + 1] !== COLON) return undefined;
    const raw = input.latin1(at + 1, close);
    const known = parent.child(raw);
    if (known !== undefined) return known;
    const name = input.text(at + 1, close);
    // JSON.parse puts names such as "7" before all others.
    if (name === undefined || !isMetricName(name) || ONLY_DIGITS.test(name)) return undefined;
    if (parent.has(name)) return undefined;
    return this.#metrics.extend(parent, {
      name,
      text: raw,
      written: bytes.subarray(at, close + 2),
    });
  }
}
