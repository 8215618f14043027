import type {
  MetricShape,
  ParsedReadings,
  ReadingMetadata,
  RefusedReading,
} from '#domain/reading.ts';
import type { Fault } from './faults.ts';
import { stampUntimed } from './receipt-times.ts';

/** A refused payload is kept up to this size. */
const MAX_PAYLOAD_BYTES = 64 * 1024;
const MAX_BYTES_PER_UNIT = 3;
const FIRST_CAPACITY = 1024;
/** Arrays that one large request made larger are given up before the next. */
const MAX_KEPT_VALUES = 1 << 19;

/** The text of a refused reading as dead letters keep it: at most 64 KiB of UTF-8, never half a character. */
export function cutPayload(text: string): string {
  if (text.length * MAX_BYTES_PER_UNIT <= MAX_PAYLOAD_BYTES) return text;
  const bytes = Buffer.from(text.slice(0, MAX_PAYLOAD_BYTES), 'utf8');
  if (bytes.length <= MAX_PAYLOAD_BYTES) return bytes.toString('utf8');
  let end = MAX_PAYLOAD_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/**
 * Readings while they are parsed. Arrays grow by doubling and are reused by a parser that keeps its
 * instance (`reset`); `finish` copies out exactly what was filled.
 *
 * To add a reading: push values, then `add`. Values pushed without an `add` are dropped by `rewind`.
 */
export class ReadingColumns {
  count = 0;
  valueCount = 0;
  sensorIds: string[] = [];
  shapes: MetricShape[] = [];
  metadata: (ReadingMetadata | undefined)[] = [];
  times: Float64Array;
  values: Float64Array;
  refused: RefusedReading[] = [];
  /** Positions in the request; kept only once they differ from 0, 1, 2, … */
  #indexes: number[] | undefined;
  #valuesOfLast = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity * 4);
  }

  reset(): void {
    if (this.values.length > MAX_KEPT_VALUES) {
      this.times = new Float64Array(FIRST_CAPACITY);
      this.values = new Float64Array(FIRST_CAPACITY * 4);
      this.sensorIds = [];
      this.shapes = [];
      this.metadata = [];
    }
    this.count = 0;
    this.valueCount = 0;
    this.#valuesOfLast = 0;
    this.#indexes = undefined;
    this.refused = [];
  }

  pushValue(value: number): void {
    if (this.valueCount === this.values.length) this.growValues();
    this.values[this.valueCount++] = value;
  }

  growValues(): void {
    const grown = new Float64Array(this.values.length * 2);
    grown.set(this.values);
    this.values = grown;
  }

  growTimes(): void {
    const grown = new Float64Array(this.times.length * 2);
    grown.set(this.times);
    this.times = grown;
  }

  /** Forgets the values pushed since the last whole reading. */
  rewind(): void {
    this.valueCount = this.#valuesOfLast;
  }

  /** Takes the last reading back. */
  dropLast(): void {
    this.count--;
    this.valueCount -= this.shapes[this.count]!.length;
    this.#valuesOfLast = this.valueCount;
    this.#indexes?.pop();
  }

  /** Closes a reading over the values pushed since the last one; `index` is its place in the request. */
  add(reading: {
    index: number;
    sensorId: string;
    timeMs: number;
    shape: MetricShape;
    metadata: ReadingMetadata | undefined;
  }): void {
    const at = this.count;
    if (at === this.times.length) this.growTimes();
    this.sensorIds[at] = reading.sensorId;
    this.times[at] = reading.timeMs;
    this.shapes[at] = reading.shape;
    this.metadata[at] = reading.metadata;
    this.placed(reading.index);
  }

  /** For parsers that fill the columns of reading `count` themselves: counts it in. */
  placed(index: number): void {
    const at = this.count;
    if (this.#indexes !== undefined) this.#indexes.push(index);
    else if (index !== at) {
      this.#indexes = Array.from({ length: at }, (_, i) => i);
      this.#indexes.push(index);
    }
    this.count = at + 1;
    this.#valuesOfLast = this.valueCount;
  }

  refuse(fault: Fault, at: { index: number; sensorId: string | null; payload: string }): void {
    this.rewind();
    this.refused.push({
      index: at.index,
      code: fault.code,
      pointer: fault.pointer,
      detail: fault.detail,
      sensorId: at.sensorId,
      payload: cutPayload(at.payload),
    });
  }

  /**
   * What was parsed, in arrays of exact length that nobody else holds. Readings whose time is `UNTIMED` get that of
   * the receipt, as `stampUntimed` says.
   */
  finish(receivedMs: number): ParsedReadings {
    const { count, valueCount } = this;
    const batch: ParsedReadings['batch'] = {
      count,
      sensorIds: this.sensorIds.slice(0, count),
      timesMs: copyOf(this.times, count),
      shapes: this.shapes.slice(0, count),
      values: copyOf(this.values, valueCount),
      valueCount,
      metadata: this.metadata.slice(0, count),
    };
    if (this.#indexes !== undefined) batch.indexes = this.#indexes;
    const latestReceiptMs = stampUntimed(batch.timesMs, batch.sensorIds, receivedMs);
    const { refused } = this;
    return latestReceiptMs === undefined ? { batch, refused } : { batch, refused, latestReceiptMs };
  }
}

/** For few values a loop beats the call into the runtime. */
function copyOf(source: Float64Array, length: number): Float64Array {
  const copy = new Float64Array(length);
  if (length > 16) copy.set(source.subarray(0, length));
  else for (let i = 0; i < length; i++) copy[i] = source[i]!;
  return copy;
}
