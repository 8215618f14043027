import { ERRORS, type ErrorCode } from '#domain/errors.ts';
import type { Limits, ParsedReadings, RefusedReading } from '#domain/reading.ts';
import type { Submission } from '../reading-stream.ts';
import type { FetchedRecords } from './partition-reader.ts';
import { HeadReader, type RecordHead } from './record-head.ts';

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
  readonly #heads = new HeadReader();

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
        const head = this.#heads.headOf(record);
        const appendedMs = Number(batch.firstTimestamp + record.timestampDelta);
        const { receivedMs, reading } = this.#heads.receiptOf(value, appendedMs);
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
