import { compressionsAlgorithms, crc32c } from '@platformatic/kafka';

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Bytes before the records; where the parts stand. */
const HEAD_BYTES = 61;
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const FIRST_CAPACITY = 16 * 1024;
const MAGIC = 2;
/** The compressed forms are not worth it for less. */
const LEAST_TO_COMPRESS = 512;

export interface ProducerIdentity {
  id: bigint;
  epoch: number;
}

/** `count` and the pairs of a record's headers, as they stand in the record. */
export function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  const parts = [varint(entries.length)];
  for (const text of entries.flat()) {
    const bytes = Buffer.from(text);
    parts.push(varint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  return bytes.subarray(0, writeVarint(bytes, value, 0));
}

/** Zigzag base 128 of a length, which is never below zero. Returns where it ends. */
function writeVarint(bytes: Buffer, value: number, start: number): number {
  let rest = value * 2;
  let at = start;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

function varintBytes(value: number): number {
  if (value < 64) return 1;
  if (value < 8192) return 2;
  if (value < 1_048_576) return 3;
  return value < 134_217_728 ? 4 : 5;
}

/**
 * One record batch (Kafka's message format 2) written straight into bytes: a record costs no object.
 * `finish` may be called again with another producer identity, for a batch that is sent anew.
 */
export class RecordBatchBuilder {
  readonly timestampMs: number;
  count = 0;
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  #end = HEAD_BYTES;

  constructor(timestampMs: number) {
    this.timestampMs = timestampMs;
  }

  /** Size before compression. */
  get bytes(): number {
    return this.#end;
  }

  /** `headers` as `encodeHeaders` gives them. */
  append(key: Buffer, value: Buffer, headers: Buffer): void {
    const length =
      2 +
      varintBytes(this.count) +
      varintBytes(key.length) +
      key.length +
      varintBytes(value.length) +
      value.length +
      headers.length;
    if (this.#end + length + 5 > this.#bytes.length) this.#grow(length + 5);
    const bytes = this.#bytes;
    let at = writeVarint(bytes, length, this.#end);
    bytes[at++] = 0;
    // No time of its own: every record has the batch's.
    bytes[at++] = 0;
    at = writeVarint(bytes, this.count, at);
    at = writeVarint(bytes, key.length, at);
    bytes.set(key, at);
    at = writeVarint(bytes, value.length, at + key.length);
    bytes.set(value, at);
    bytes.set(headers, at + value.length);
    this.#end = at + value.length + headers.length;
    this.count++;
  }

  /** The batch as a produce request carries it; the sequence is that of its first record. */
  finish(producer: ProducerIdentity, sequence: number, compression: Compression): Buffer {
    let batch = this.#bytes.subarray(0, this.#end);
    let attributes = 0;
    if (compression !== 'none' && batch.length > LEAST_TO_COMPRESS) {
      const algorithm = compressionsAlgorithms[compression];
      const records = algorithm.compressSync(batch.subarray(HEAD_BYTES));
      batch = Buffer.allocUnsafe(HEAD_BYTES + records.length);
      batch.set(records, HEAD_BYTES);
      attributes = algorithm.bitmask;
    }
    batch.writeBigInt64BE(0n, 0);
    batch.writeInt32BE(batch.length - LENGTH_AT - 4, LENGTH_AT);
    batch.writeInt32BE(-1, 12);
    batch.writeInt8(MAGIC, MAGIC_AT);
    batch.writeInt16BE(attributes, ATTRIBUTES_AT);
    batch.writeInt32BE(this.count - 1, 23);
    batch.writeBigInt64BE(BigInt(this.timestampMs), 27);
    batch.writeBigInt64BE(BigInt(this.timestampMs), 35);
    batch.writeBigInt64BE(producer.id, 43);
    batch.writeInt16BE(producer.epoch, 51);
    batch.writeInt32BE(sequence, 53);
    batch.writeInt32BE(this.count, 57);
    batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)) >>> 0, CRC_AT);
    return batch;
  }

  #grow(needed: number): void {
    const size = Math.max(this.#bytes.length * 2, this.#end + needed);
    const grown = Buffer.allocUnsafe(size);
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
  }
}
