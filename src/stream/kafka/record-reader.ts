import type { KafkaRecord } from '@platformatic/kafka';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { ERRORS, type ErrorCode } from '#domain/errors.ts';
import type { Limits, ParsedReadings, RefusedReading } from '#domain/reading.ts';
import { parseTime } from '#domain/time.ts';
import type { IngestSource, Submission } from '../reading-stream.ts';
import type { FetchedRecords } from './partition-reader.ts';
import { HEADERS, RECEIVED_AT } from './record-format.ts';

// Tested by: services/gateway/formats/records.test.ts

/** Parses readings that lie one after the other; reading i ends at `ends[i]`. Never throws. */
export type ParseRecords = (
  bytes: Uint8Array,
  ends: readonly number[],
  context: { limits: Limits; receivedMs: number },
) => ParsedReadings;

/** A submission with who waits for its outcome. */
export interface LoggedSubmission {
  submission: Submission & { offset: number };
  /** Address and number of the readings that are told about; undefined where nobody waits. */
  reply: { address: string; readings: number } | undefined;
}

/** Readings received within so long of each other make one submission; lateness is judged by its first. */
const SAME_RECEIPT_MS = 1000;
const MAX_READINGS = 2000;
const MAX_BYTES = 512 * 1024;
const CLOSE_BRACE = 0x7d;
const SLASH = 0x2f;
const SOURCES: readonly string[] = ['http', 'line', 'mqtt', 'import'] satisfies IngestSource[];

/** What one record says besides the reading itself. */
interface RecordHead {
  customer: string;
  source: IngestSource;
  reply: string | undefined;
  index: number;
  isRefused: boolean;
}

/** The records of one submission while they are gathered. */
interface Gathered {
  head: RecordHead;
  receivedMs: number;
  bytes: Buffer;
  length: number;
  ends: number[];
  /** Offset and place in the request of each reading. */
  offsets: number[];
  indexes: number[];
  refused: RefusedReading[];
  nextOffset: number;
}

/** Turns records of `vigie.readings` into submissions, in their order; a poison record becomes a refused reading. */
export class RecordReader {
  readonly #topic: string;
  readonly #limits: Limits;
  readonly #parse: ParseRecords;
  #lastTrailer = Buffer.alloc(RECEIVED_AT.bytes);
  #lastReceivedMs = 0;
  #lastCustomer = { bytes: Buffer.from(`${MAIN_CUSTOMER}/`), text: MAIN_CUSTOMER };

  constructor(topic: string, { limits, parse }: { limits: Limits; parse: ParseRecords }) {
    this.#topic = topic;
    this.#limits = limits;
    this.#parse = parse;
  }

  /** The received time of the last record is that of the last submission. */
  read(fetched: FetchedRecords): LoggedSubmission[] {
    const submissions: LoggedSubmission[] = [];
    let current: Gathered | undefined;
    const finish = (): void => {
      if (current !== undefined) submissions.push(this.#finish(current, fetched.partition));
      current = undefined;
    };
    for (const batch of fetched.batches) {
      const firstOffset = Number(batch.firstOffset);
      for (const record of batch.records) {
        const offset = firstOffset + record.offsetDelta;
        if (offset < fetched.firstOffset) continue;
        const value = record.value ?? Buffer.alloc(0);
        const head = this.#headOf(record);
        const appendedMs = Number(batch.firstTimestamp + record.timestampDelta);
        const { receivedMs, reading } = this.#receiptOf(value, appendedMs);
        if (current !== undefined && !belongs(current, head, receivedMs)) finish();
        current ??= gather(head, receivedMs);
        add(current, head, { value: reading ?? value, isCut: reading !== undefined, offset });
      }
    }
    finish();
    return submissions;
  }

  #finish(gathered: Gathered, partition: number): LoggedSubmission {
    const { head, receivedMs, bytes, length, ends, offsets, indexes, refused } = gathered;
    const { customer, source, reply } = head;
    const parsed = this.#parse(bytes.subarray(0, length), ends, {
      limits: this.#limits,
      receivedMs,
    });
    for (const each of parsed.refused) {
      each.detail += ` (${this.#topic}, partition ${partition}, offset ${offsets[each.index]})`;
      if (reply !== undefined) each.index = indexes[each.index]!;
    }
    if (reply !== undefined) {
      const { batch } = parsed;
      const places = batch.indexes ?? Array.from({ length: batch.count }, (_, at) => at);
      batch.indexes = places.map((at) => indexes[at]!);
    }
    parsed.refused.push(...refused);
    return {
      submission: {
        customer,
        source,
        receivedMs,
        bytes: length,
        parsed,
        offset: gathered.nextOffset - 1,
      },
      reply: reply === undefined ? undefined : { address: reply, readings: ends.length },
    };
  }

  #headOf({ key, headers }: KafkaRecord): RecordHead {
    const head: RecordHead = {
      customer: this.#customerOf(key),
      source: 'import',
      reply: undefined,
      index: 0,
      isRefused: false,
    };
    for (const [name, value] of headers) {
      if (name === null || value === null) continue;
      const text = value.toString();
      switch (name.toString('latin1')) {
        case HEADERS.source:
          if (SOURCES.includes(text)) head.source = text as IngestSource;
          break;
        case HEADERS.reply:
          head.reply = text;
          break;
        case HEADERS.index:
          head.index = Number(text) || 0;
          break;
        case HEADERS.kind:
          head.isRefused = text === 'refused';
          break;
      }
    }
    return head;
  }

  /** The part of the key before the slash; records without one are of the first customer. */
  #customerOf(key: Buffer | null): string {
    const known = this.#lastCustomer;
    if (key === null) return MAIN_CUSTOMER;
    if (key.subarray(0, known.bytes.length).equals(known.bytes)) return known.text;
    const slash = key.indexOf(SLASH);
    if (slash <= 0) return MAIN_CUSTOMER;
    const text = key.toString('utf8', 0, slash);
    this.#lastCustomer = { bytes: Buffer.from(key.subarray(0, slash + 1)), text };
    return text;
  }

  /** When a reading was received, and its bytes without the member that says so. */
  #receiptOf(
    value: Buffer,
    appendedMs: number,
  ): { receivedMs: number; reading: Buffer | undefined } {
    const start = value.length - RECEIVED_AT.bytes;
    const trailer = value.subarray(Math.max(0, start));
    if (start > 0) {
      if (trailer.equals(this.#lastTrailer)) {
        return { receivedMs: this.#lastReceivedMs, reading: value.subarray(0, start) };
      }
      const { prefix } = RECEIVED_AT;
      if (trailer.subarray(0, prefix.length).equals(prefix)) {
        const time = parseTime(trailer.toString('latin1', prefix.length, trailer.length - 2));
        if (time.ok) {
          this.#lastTrailer = Buffer.from(trailer);
          this.#lastReceivedMs = time.ms;
          return { receivedMs: time.ms, reading: value.subarray(0, start) };
        }
      }
    }
    return foreignReceipt(value, appendedMs);
  }
}

/** Other producers may write the member elsewhere, or leave it out: then the log's time stands for it. */
function foreignReceipt(
  value: Buffer,
  appendedMs: number,
): { receivedMs: number; reading: Buffer | undefined } {
  if (!value.includes('"received_at"')) return { receivedMs: appendedMs, reading: undefined };
  try {
    const { received_at: receivedAt, ...reading } = JSON.parse(value.toString());
    const time = parseTime(String(receivedAt));
    const text = Buffer.from(JSON.stringify(reading));
    return {
      receivedMs: time.ok ? time.ms : appendedMs,
      reading: text.subarray(0, text.length - 1),
    };
  } catch {
    return { receivedMs: appendedMs, reading: undefined };
  }
}

function belongs(current: Gathered, head: RecordHead, receivedMs: number): boolean {
  return (
    current.head.customer === head.customer &&
    current.head.source === head.source &&
    current.head.reply === head.reply &&
    Math.abs(receivedMs - current.receivedMs) <= SAME_RECEIPT_MS &&
    current.ends.length < MAX_READINGS &&
    current.length < MAX_BYTES
  );
}

function gather(head: RecordHead, receivedMs: number): Gathered {
  return {
    head,
    receivedMs,
    bytes: Buffer.allocUnsafe(16 * 1024),
    length: 0,
    ends: [],
    offsets: [],
    indexes: [],
    refused: [],
    nextOffset: 0,
  };
}

function add(
  to: Gathered,
  head: RecordHead,
  { value, isCut, offset }: { value: Buffer; isCut: boolean; offset: number },
): void {
  to.nextOffset = offset + 1;
  const refused = head.isRefused ? parseRefused(value, isCut) : undefined;
  if (refused !== undefined) {
    to.refused.push(refused);
    return;
  }
  const needed = to.length + value.length + 1;
  if (needed > to.bytes.length) {
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * to.bytes.length));
    grown.set(to.bytes.subarray(0, to.length));
    to.bytes = grown;
  }
  to.bytes.set(value, to.length);
  to.length += value.length;
  // What the time of receipt was cut from is an object again.
  if (isCut) to.bytes[to.length++] = CLOSE_BRACE;
  to.ends.push(to.length);
  to.offsets.push(offset);
  to.indexes.push(head.index);
}

/** What a gateway refused; undefined where the record is not of that form and is refused as a reading. */
function parseRefused(value: Buffer, isCut: boolean): RefusedReading | undefined {
  try {
    const text = isCut ? `${value.toString()}}` : value.toString();
    const { sensor_id: sensorId, code, pointer, detail, payload } = JSON.parse(text);
    if (!Object.hasOwn(ERRORS, code)) return undefined;
    const texts = [pointer, detail, payload].every((each) => typeof each === 'string');
    if (!texts || (sensorId !== null && typeof sensorId !== 'string')) return undefined;
    return { index: 0, code: code as ErrorCode, pointer, detail, sensorId, payload };
  } catch {
    return undefined;
  }
}
