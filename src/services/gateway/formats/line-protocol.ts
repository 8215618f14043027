import { VigieError } from '#domain/errors.ts';
import { type ParsedReadings, tooManyReadings } from '#domain/reading.ts';
import { ByteTable, MAX_RUN_BYTES } from './byte-table.ts';
import { type Fault, fault, quote, timeFault } from './faults.ts';
import { type LineHead, parseLineHead } from './line-head.ts';
import { type MetricNode, MetricTrie } from './metric-trie.ts';
import { checkTime, noReadings, type ParseContext } from './parse-context.ts';
import { ReadingColumns } from './reading-columns.ts';
import { UNTIMED } from './receipt-times.ts';
import { ScanInput } from './scan-input.ts';
import { FieldScanner } from './scan-line-fields.ts';
import { microsPerUnit, TimestampScanner } from './scan-line-number.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const SPACES = 0x20202020;
/** Ends the last line, then each search. */
const TERMINATOR = Buffer.from('\n \n,=\n\0\0');
const TABLE_LIMITS = { maxEntries: 1 << 18, maxBytes: 32 * 1024 * 1024 };
const MAX_ESCAPED_HEADS = 1 << 14;
const FAULTY = -1;

export interface LineContext extends ParseContext {
  /** As the write call names it: ns (when undefined), us, u, ms, s, m, h, n. */
  precision?: string | undefined;
  /** Tag that names the sensor, before `sensor_id` and `host`. */
  sensorTag?: string | undefined;
}

/** A head with the place where the names of its fields begin. */
interface KnownHead extends LineHead {
  root: MetricNode;
}

/**
 * InfluxDB line protocol (1.x and 2.x), read from bytes into columns. What a line says before its fields
 * comes again and again: it is looked up by its bytes and read once.
 */
export class LineProtocolParser {
  readonly #input = new ScanInput();
  readonly #columns = new ReadingColumns();
  readonly #heads = new ByteTable<KnownHead>(TABLE_LIMITS);
  /** Heads with an escaped space in them, which the table cannot find. */
  readonly #escapedHeads = new Map<string, KnownHead>();
  readonly #fields = new FieldScanner();
  readonly #timestamps = new TimestampScanner();
  #metrics = new MetricTrie();
  #sensorTag: string | undefined;
  #defaultSensorId: string | undefined;
  #context: LineContext | undefined;
  #unitMicros = 1;
  #headEnd = 0;

  /**
   * One reading a line; blank lines and comments are ignored, and `index` counts the others. Faults refuse
   * their line (`line_invalid` where the text is at fault). Throws `VigieError`: `too_many_readings`,
   * `no_readings`, and `invalid_request` for an unknown precision.
   */
  parse(bytes: Uint8Array, context: LineContext): ParsedReadings {
    this.#begin(bytes, context);
    const { bytes: input, end } = this.#input;
    const columns = this.#columns;
    const limit = context.limits.readingsPerRequest;
    let index = 0;
    let at = 0;
    for (;;) {
      while (isBlank(input[at]!) && at < end) at++;
      if (at >= end) break;
      if (input[at] === HASH) {
        at = input.indexOf(NEWLINE, at);
        continue;
      }
      if (index >= limit) throw tooManyReadings(limit);
      const next = this.#line(at, index);
      at = next === FAULTY ? this.#refuse(at, index) : next;
      index++;
    }
    if (index === 0) throw noReadings();
    return columns.finish(context.receivedMs);
  }

  #begin(bytes: Uint8Array, context: LineContext): void {
    const { precision = 'ns', sensorTag, defaultSensorId } = context;
    const unitMicros = microsPerUnit(precision);
    if (unitMicros === undefined) {
      throw new VigieError(
        'invalid_request',
        `The precision ${quote(precision)} is not known; it is one of ns, us, ms, s, m and h.`,
      );
    }
    this.#unitMicros = unitMicros;
    const isOtherNaming =
      sensorTag !== this.#sensorTag || defaultSensorId !== this.#defaultSensorId;
    if (this.#metrics.isFull || isOtherNaming) {
      this.#metrics = new MetricTrie();
      this.#heads.clear();
      this.#escapedHeads.clear();
    }
    this.#sensorTag = sensorTag;
    this.#defaultSensorId = defaultSensorId;
    this.#context = context;
    this.#input.load(bytes, TERMINATOR);
    this.#columns.reset();
  }

  #problem: { fault: Fault; sensorId: string | null } | undefined;

  #fail(problem: Fault, head?: LineHead): number {
    this.#problem = { fault: problem, sensorId: head?.sensorId ?? null };
    return FAULTY;
  }

  /** Adds the line that starts at `start`; returns where it ends, or -1. */
  #line(start: number, index: number): number {
    const input = this.#input;
    const { bytes, view } = input;
    const context = this.#context!;
    const columns = this.#columns;
    let head = this.#heads.find(view, start, SPACES);
    let at = this.#heads.end;
    if (head === undefined) {
      head = this.#newHead(start);
      if (head === undefined) return FAULTY;
      at = this.#headEnd;
    }
    if (head.fault !== undefined) return this.#fail(head.fault, head);
    while (bytes[at] === SPACE) at++;
    const { root } = head;
    const limit = context.limits.metricsPerReading;
    at = this.#fields.scan(input, at, { head, root, metrics: this.#metrics, columns, limit });
    if (at === FAULTY) return this.#fail(this.#fields.fault!, head);

    while (bytes[at] === SPACE) at++;
    let timeMs: number;
    if (bytes[at] === MINUS || (bytes[at]! - ZERO) >>> 0 <= 9) {
      const micros = this.#timestamps.scan(input, at, this.#unitMicros);
      at = this.#timestamps.end;
      if (Number.isNaN(micros)) return this.#fail(timestampFault('is out of range'), head);
      timeMs = micros / 1000;
      const problem = checkTime(timeMs, context);
      if (problem !== undefined) {
        const shown = `The timestamp (${micros} µs since 1970)`;
        return this.#fail(timeFault(problem, shown), head);
      }
      while (bytes[at] === SPACE) at++;
    } else timeMs = UNTIMED;
    if (bytes[at] === RETURN) at++;
    if (bytes[at] !== NEWLINE) {
      return this.#fail(timestampFault('must be an integer, and the last of the line'), head);
    }

    const last = this.#fields.last!;
    const place = columns.count;
    if (place === columns.times.length) columns.growTimes();
    columns.sensorIds[place] = head.sensorId!;
    columns.times[place] = timeMs;
    columns.shapes[place] = last.shape;
    columns.metadata[place] = head.metadata;
    columns.valueCount += last.depth;
    columns.placed(index);
    return at;
  }

  /** Reads a head that the table did not know; sets `#headEnd`. undefined where there is none. */
  #newHead(start: number): KnownHead | undefined {
    const { bytes } = this.#input;
    let end = start;
    while (bytes[end] !== SPACE || bytes[end - 1] === BACKSLASH) {
      if (bytes[end] === NEWLINE) {
        this.#fail(fault('line_invalid', '', 'The line has no fields.'));
        return undefined;
      }
      end++;
    }
    this.#headEnd = end;
    const isPlain = end === this.#heads.end;
    const written = this.#input.latin1(start, end);
    const known = isPlain ? undefined : this.#escapedHeads.get(written);
    if (known !== undefined) return known;
    const text = this.#input.text(start, end);
    if (text === undefined) {
      this.#fail(fault('invalid_utf8', '', 'The measurement or a tag is not UTF-8.'));
      return undefined;
    }
    const head = parseLineHead(text, this.#context!, this.#sensorTag);
    const kind = head.joined === undefined ? '' : `${head.joined.prefix}\n${head.joined.suffix}`;
    const kept: KnownHead = { ...head, root: this.#metrics.root(kind) };
    if (isPlain) this.#heads.add(this.#input.view, start, kept);
    else if (written.length <= MAX_RUN_BYTES) {
      if (this.#escapedHeads.size >= MAX_ESCAPED_HEADS) this.#escapedHeads.clear();
      this.#escapedHeads.set(written, kept);
    }
    return kept;
  }

  /** Refuses the line that starts at `start` for what `#problem` says; returns where it ends. */
  #refuse(start: number, index: number): number {
    const { bytes, end } = this.#input;
    const { fault: problem, sensorId } = this.#problem!;
    const stop = Math.min(end, lineEnd(bytes, start, end));
    const payload = bytes.toString('utf8', start, stop).trimEnd();
    this.#columns.refuse(problem, { index, sensorId, payload });
    return stop;
  }
}

const parser = new LineProtocolParser();

/** `LineProtocolParser.parse` with what the process has learned of heads and fields so far. */
export function parseLineProtocol(bytes: Uint8Array, context: LineContext): ParsedReadings {
  return parser.parse(bytes, context);
}

function timestampFault(what: string): Fault {
  return fault('timestamp_invalid', '/timestamp', `The timestamp ${what}.`);
}

function isBlank(byte: number): boolean {
  return byte === NEWLINE || byte === RETURN || byte === SPACE || byte === TAB;
}

/**
 * Where a line ends whose fields may hold texts with newlines inside. A text that is never closed ends with
 * its line, so that one bad line does not swallow those that follow.
 */
function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  let isQuoted = false;
  let isInFields = false;
  let isInValue = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH && at + 1 < end && bytes[at + 1] !== NEWLINE) at++;
    else if (isQuoted) isQuoted = byte !== QUOTE;
    else if (byte === NEWLINE) return at;
    else if (byte === SPACE) isInFields = true;
    else if (isInFields && byte === EQUALS) isInValue = true;
    else if (byte === COMMA) isInValue = false;
    else if (byte === QUOTE && isInValue) isQuoted = true;
  }
  const newline = bytes.indexOf(NEWLINE, start);
  return isQuoted && newline >= 0 ? newline : end;
}
