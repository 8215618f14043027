import { isMetricName } from '#domain/reading.ts';
import { pointerToken } from '#platform/json-scan.ts';
import { type Fault, fault, metricFault, quote, tooManyMetrics } from './faults.ts';
import { type LineHead, metricOfField, unescapeName } from './line-head.ts';
import type { MetricNode, MetricTrie } from './metric-trie.ts';
import type { ReadingColumns } from './reading-columns.ts';
import type { ScanInput } from './scan-input.ts';
import { parseFieldValue } from './scan-line-number.ts';
import { NumberScanner, POWERS_OF_TEN, SMALL_DIGITS } from './scan-number.ts';

// Tested by: line-protocol.test.ts

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const LOWER_I = 0x69;
const SPACE = 0x20;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const FAULTY = -1;

const endsValue = (byte: number) =>
  byte === COMMA || byte === SPACE || byte === NEWLINE || byte === RETURN;

/** Reads the fields of a line: names by comparison with those of earlier lines, numbers into a column. */
export class FieldScanner {
  /** The last metric of the line that was read; its shape and depth are those of the reading. */
  last: MetricNode | undefined;
  /** Why the last scan answered -1. */
  fault: Fault | undefined;
  readonly #numbers = new NumberScanner();
  #value = 0;

  /**
   * From the first field to behind the last, or -1. The values stand in `columns.values` from `valueCount` on,
   * which stays as it is. `root` is where the names of lines with such a head begin.
   */
  scan(
    input: ScanInput,
    start: number,
    line: {
      head: LineHead;
      root: MetricNode;
      metrics: MetricTrie;
      columns: ReadingColumns;
      limit: number;
    },
  ): number {
    const { bytes, view } = input;
    const { columns, limit } = line;
    while (columns.valueCount + limit > columns.values.length) columns.growValues();
    const { values } = columns;
    let place = columns.valueCount;
    let at = start;
    let node = line.root;
    for (;;) {
      let next = node.recent;
      if (next === undefined || !next.matches(view, at)) {
        next = this.#otherField(input, at, { parent: node, ...line });
        if (next === undefined) return FAULTY;
        node.recent = next;
      }
      node = next;
      if (node.depth > limit) return this.#fail(tooManyMetrics(limit));
      at += node.byteLength;

      // The usual number has few digits and no exponent: an integer, shifted by its decimals.
      const first = at;
      if (bytes[at] === MINUS) at++;
      const firstDigit = at;
      let mantissa = 0;
      let digit = bytes[at]! - ZERO;
      while (digit >>> 0 <= 9) {
        mantissa = (mantissa * 10 + digit) | 0;
        digit = bytes[++at]! - ZERO;
      }
      let digits = at - firstDigit;
      let decimals = 0;
      if (digit === DOT - ZERO) {
        const firstDecimal = at + 1;
        digit = bytes[++at]! - ZERO;
        while (digit >>> 0 <= 9) {
          mantissa = (mantissa * 10 + digit) | 0;
          digit = bytes[++at]! - ZERO;
        }
        decimals = at - firstDecimal;
        digits += decimals;
      }
      const isInteger = digit === LOWER_I - ZERO && decimals === 0;
      if (isInteger) at++;
      if (digits > 0 && digits <= SMALL_DIGITS && endsValue(bytes[at]!)) {
        const value = mantissa / POWERS_OF_TEN[decimals]!;
        // Integers have no negative zero.
        values[place++] = first === firstDigit ? value : isInteger ? 0 - value : -value;
      } else {
        at = this.#otherValue(input, first, node);
        if (at === FAULTY) return FAULTY;
        values[place++] = this.#value;
      }

      if (bytes[at] === COMMA) {
        at++;
        continue;
      }
      this.last = node;
      return at;
    }
  }

  #fail(problem: Fault): number {
    this.fault = problem;
    return FAULTY;
  }

  /** A value that is no short number, into `#value`; returns its end. */
  #otherValue(input: ScanInput, start: number, node: MetricNode): number {
    const { bytes } = input;
    const pointer = `/readings/${pointerToken(node.name)}`;
    if (bytes[start] === QUOTE) {
      const detail = `${quote(node.name)} is a text; numbers and booleans are stored.`;
      return this.#fail(fault('value_not_number', pointer, detail));
    }
    const number = this.#numbers.scan(input, start);
    let end = this.#numbers.end;
    if (Number.isFinite(number)) {
      this.#value = number;
      if (endsValue(bytes[end]!)) return end;
      if (bytes[end] === LOWER_I && this.#numbers.isInteger && endsValue(bytes[end + 1]!)) {
        this.#value = number + 0;
        return end + 1;
      }
    }
    end = start;
    while (!endsValue(bytes[end]!)) end++;
    const value = parseFieldValue(input.latin1(start, end), node.name);
    if (typeof value !== 'number') return this.#fail({ ...value, pointer });
    this.#value = value;
    return end;
  }

  /** The field that is named at `at` and is not the one that mostly follows `parent`. */
  #otherField(
    input: ScanInput,
    at: number,
    line: { parent: MetricNode; head: LineHead; metrics: MetricTrie },
  ): MetricNode | undefined {
    const { bytes } = input;
    const { parent, head, metrics } = line;
    let end = at;
    while (bytes[end] !== EQUALS || bytes[end - 1] === BACKSLASH) {
      const byte = bytes[end]!;
      const isEscaped = end > at && bytes[end - 1] === BACKSLASH;
      if (byte === NEWLINE || (!isEscaped && (byte === COMMA || byte === SPACE))) {
        this.#fail(fault('line_invalid', '', 'A field needs a name and a value: name=value.'));
        return undefined;
      }
      end++;
    }
    const written = input.latin1(at, end);
    const known = parent.child(written);
    if (known !== undefined) return known;
    const text = input.text(at, end);
    if (text === undefined) {
      this.#fail(fault('invalid_utf8', '', 'The name of a field is not UTF-8.'));
      return undefined;
    }
    const name = metricOfField(unescapeName(text), head);
    const pointer = `/readings/${pointerToken(name)}`;
    if (text === '') this.#fail(fault('line_invalid', '', 'A field has no name.'));
    else if (!isMetricName(name)) this.#fail(metricFault(name));
    else if (parent.has(name)) {
      this.#fail(fault('duplicate_key', pointer, `${quote(name)} appears twice.`));
    } else
      return metrics.extend(parent, { name, text: written, written: bytes.subarray(at, end + 1) });
    return undefined;
  }
}
