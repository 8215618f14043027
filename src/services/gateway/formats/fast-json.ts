import { isSensorId, type ParsedReadings, type ReadingMetadata } from '#domain/reading.ts';
import { outlineJson } from '#platform/json-scan.ts';
import { ByteTable } from './byte-table.ts';
import { type Fault, isFault } from './faults.ts';
import type { ParseContext } from './parse-context.ts';
import { ReadingColumns } from './reading-columns.ts';
import { parseMetadata } from './reading-metadata.ts';
import { UNTIMED } from './receipt-times.ts';
import { ScanInput, skipSpace } from './scan-input.ts';
import { TimeScanner } from './scan-time.ts';
import { ValueScanner } from './scan-values.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
/** Four times the byte that ends a string, or an object without another inside. */
const QUOTES = 0x22222222;
const CLOSE_BRACES = 0x7d7d7d7d;
const TERMINATOR = Buffer.from('"}\0\0\0\0\0\0');

const word = (text: string) => Buffer.from(text).readInt32LE(0);
/** The names of members with quotes and colon, in words of four bytes; the last may overlap. */
const SENSOR_ID_1 = word('"sen');
const SENSOR_ID_2 = word('sor_');
const SENSOR_ID_3 = word('id":');
const TIMESTAMP_1 = word('"tim');
const TIMESTAMP_2 = word('esta');
const TIMESTAMP_3 = word('mp":');
const READINGS_1 = word('"rea');
const READINGS_2 = word('ding');
const READINGS_3 = word('gs":');
const METADATA_1 = word('"met');
const METADATA_2 = word('adat');
const METADATA_3 = word('ta":');

export type MetadataParser = (value: unknown) => ReadingMetadata | Fault | undefined;

const TABLE_LIMITS = { maxEntries: 1 << 18, maxBytes: 16 * 1024 * 1024 };
const UNUSUAL = -1;

/**
 * Reads the usual form of contract readings straight from bytes into columns: no objects, and no strings
 * but those not met before. Whatever is unusual (escapes, unknown fields, nulls, anything that would be
 * refused) makes it give up, and the reference parser says what there is to say. Where it does answer, the
 * answer is the reference parser's.
 *
 * Members may come in any order, with any space between them but none before a colon. Metadata may hold
 * anything without braces inside.
 */
export class FastJsonParser {
  /** The readings so far, for callers that read one by one. */
  readonly columns = new ReadingColumns();
  readonly #input = new ScanInput();
  readonly #sensors = new ByteTable<string>(TABLE_LIMITS);
  readonly #metadata = new ByteTable<ReadingMetadata | null>(TABLE_LIMITS);
  readonly #times = new TimeScanner();
  readonly #values = new ValueScanner();
  readonly #valueTarget = { columns: this.columns, limit: 0 };
  readonly #parseMetadata: MetadataParser;
  #defaultSensorId: string | undefined;
  #latestMs = 0;
  #earliestMs = 0;

  constructor(parse: MetadataParser = parseMetadata) {
    this.#parseMetadata = parse;
  }

  /** One reading or an array of them. undefined where any part of the request is unusual. */
  parse(bytes: Uint8Array, context: ParseContext): ParsedReadings | undefined {
    this.begin(bytes, context);
    const { bytes: input, end } = this.#input;
    const { columns } = this;
    const maxReadings = context.limits.readingsPerRequest;
    let at = skipSpace(input, 0);
    if (input[at] !== OPEN_BRACKET) {
      at = this.reading(at, 0);
      if (at === UNUSUAL || skipSpace(input, at) !== end || maxReadings < 1) return undefined;
      return columns.finish(context.receivedMs);
    }
    at++;
    for (;;) {
      if (input[at]! <= SPACE) at = skipSpace(input, at);
      at = this.reading(at, columns.count);
      if (at === UNUSUAL || columns.count > maxReadings) return undefined;
      if (input[at]! <= SPACE) at = skipSpace(input, at);
      const next = input[at++];
      if (next === COMMA) continue;
      if (next === CLOSE_BRACKET && skipSpace(input, at) === end) {
        return columns.finish(context.receivedMs);
      }
      return undefined;
    }
  }

  /** Takes the bytes of a request, to read one by one what lies in them. Columns are emptied. */
  begin(bytes: Uint8Array, context: ParseContext): void {
    this.#input.load(bytes, TERMINATOR);
    this.columns.reset();
    this.#values.begin();
    this.#valueTarget.limit = context.limits.metricsPerReading;
    this.#defaultSensorId = context.defaultSensorId;
    this.#latestMs = context.receivedMs + context.limits.futureMs;
    this.#earliestMs = context.receivedMs - context.limits.retentionMs;
  }

  /**
   * Adds the reading that starts at `start` to the columns, as number `index` of the request. Returns where it
   * ends (beyond the content where that ends too early), or -1 where it is unusual; then nothing was added.
   */
  reading(start: number, index: number): number {
    const { bytes, view } = this.#input;
    let at = start;
    if (bytes[at++] !== OPEN_BRACE) return UNUSUAL;
    let sensorId: string | undefined;
    let timeMs = UNTIMED;
    let hasValues = false;
    let metadata: ReadingMetadata | null | undefined;
    for (;;) {
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      const first = view.getInt32(at, true);
      const second = view.getInt32(at + 4, true);
      if (first === SENSOR_ID_1) {
        if (second !== SENSOR_ID_2 || view.getInt32(at + 8, true) !== SENSOR_ID_3) return UNUSUAL;
        if (sensorId !== undefined) return UNUSUAL;
        at += 12;
        if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
        if (bytes[at++] !== QUOTE) return UNUSUAL;
        sensorId = this.#sensors.find(view, at, QUOTES);
        if (sensorId === undefined) sensorId = this.#newSensor(at);
        if (sensorId === undefined) return UNUSUAL;
        at = this.#sensors.end + 1;
      } else if (first === TIMESTAMP_1) {
        if (second !== TIMESTAMP_2 || view.getInt32(at + 8, true) !== TIMESTAMP_3) return UNUSUAL;
        if (!Number.isNaN(timeMs)) return UNUSUAL;
        at += 12;
        if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
        if (bytes[at++] !== QUOTE) return UNUSUAL;
        timeMs = this.#times.scan(this.#input, at);
        at = this.#times.end;
        if (bytes[at++] !== QUOTE) return UNUSUAL;
        // NaN, where there is no time, lies within no limits.
        if (!(timeMs <= this.#latestMs && timeMs >= this.#earliestMs)) return UNUSUAL;
      } else if (first === READINGS_1) {
        if (second !== READINGS_2 || view.getInt32(at + 7, true) !== READINGS_3) return UNUSUAL;
        if (hasValues) return UNUSUAL;
        hasValues = true;
        at += 11;
        if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
        if (bytes[at++] !== OPEN_BRACE) return UNUSUAL;
        at = this.#values.scan(this.#input, at, this.#valueTarget);
        if (at === UNUSUAL) return UNUSUAL;
      } else if (first === METADATA_1) {
        if (second !== METADATA_2 || view.getInt32(at + 7, true) !== METADATA_3) return UNUSUAL;
        if (metadata !== undefined) return UNUSUAL;
        at += 11;
        if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
        if (bytes[at] !== OPEN_BRACE) return UNUSUAL;
        metadata = this.#metadata.find(view, at, CLOSE_BRACES);
        if (metadata === undefined) metadata = this.#newMetadata(at);
        if (metadata === undefined) return UNUSUAL;
        at = this.#metadata.end + 1;
      } else return UNUSUAL;
      if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
      const next = bytes[at++];
      if (next === COMMA) continue;
      if (next === CLOSE_BRACE) break;
      return UNUSUAL;
    }
    if (!hasValues || at > this.#input.end) return UNUSUAL;
    const named = this.#defaultSensorId;
    if (named !== undefined) {
      if (sensorId !== undefined && sensorId !== named) return UNUSUAL;
      sensorId = named;
    }
    if (sensorId === undefined) return UNUSUAL;
    const { columns } = this;
    const { last } = this.#values;
    const place = columns.count;
    if (place === columns.times.length) columns.growTimes();
    columns.sensorIds[place] = sensorId;
    columns.times[place] = timeMs;
    columns.shapes[place] = last.shape;
    columns.metadata[place] = metadata ?? undefined;
    columns.valueCount += last.depth;
    columns.placed(index);
    return at;
  }

  /** A sensor_id that the table did not know; undefined where it is not a valid one. */
  #newSensor(start: number): string | undefined {
    const table = this.#sensors;
    if (table.end >= this.#input.end) return undefined;
    const text = this.#input.text(start, table.end);
    if (text === undefined || !isSensorId(text)) return undefined;
    table.add(this.#input.view, start, text);
    return text;
  }

  /** Metadata that the table did not know; null where nothing in them counts, undefined where they are unusual. */
  #newMetadata(start: number): ReadingMetadata | null | undefined {
    const table = this.#metadata;
    if (table.end >= this.#input.end) return undefined;
    const text = this.#input.text(start, table.end + 1);
    if (text === undefined) return undefined;
    try {
      const { duplicates, crowded } = outlineJson(text, 1);
      if (duplicates.size > 0 || crowded.size > 0) return undefined;
      const metadata = this.#parseMetadata(JSON.parse(text)) ?? null;
      if (metadata !== null && isFault(metadata)) return undefined;
      table.add(this.#input.view, start, metadata);
      return metadata;
    } catch {
      return undefined;
    }
  }
}
