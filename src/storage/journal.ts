import type { SampleColumns } from './sample-columns.ts';

const MAGIC = 0x31_4a_56_00; // "\0VJ1"
const HEADER_BYTES = 16;

/**
 * Layout, little-endian: magic u32, count u32, replacing u32, zero u32, times f64[count], values f64[count],
 * series i32[count], replacing i32[]. Float columns come first so that both stay aligned to 8.
 * `allocate` gives the memory, at least as much as asked for, and may give more.
 */
export function encodeJournal(
  columns: SampleColumns,
  allocate: (bytes: number) => ArrayBuffer = (bytes) => new ArrayBuffer(bytes),
): Uint8Array<ArrayBuffer> {
  const { count } = columns;
  const length = HEADER_BYTES + count * 20 + columns.replacing.length * 4;
  const bytes = new Uint8Array(allocate(length), 0, length);
  new Uint32Array(bytes.buffer, 0, 4).set([MAGIC, count, columns.replacing.length, 0]);
  let at = HEADER_BYTES;
  new Float64Array(bytes.buffer, at, count).set(columns.timesMs.subarray(0, count));
  at += count * 8;
  new Float64Array(bytes.buffer, at, count).set(columns.values.subarray(0, count));
  at += count * 8;
  new Int32Array(bytes.buffer, at, count).set(columns.series.subarray(0, count));
  at += count * 4;
  new Int32Array(bytes.buffer, at, columns.replacing.length).set(columns.replacing);
  return bytes;
}

/** The columns are views of `bytes` where its alignment allows, else of a copy. */
export function decodeJournal(bytes: Uint8Array): SampleColumns {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset, byteLength } = aligned;
  const [magic, count = 0, replacing = 0] =
    byteLength < HEADER_BYTES ? [] : new Uint32Array(buffer, byteOffset, 4);
  if (magic !== MAGIC || byteLength !== HEADER_BYTES + count * 20 + replacing * 4) {
    throw new Error('a journal row is damaged');
  }
  const at = byteOffset + HEADER_BYTES;
  return {
    count,
    timesMs: new Float64Array(buffer, at, count),
    values: new Float64Array(buffer, at + count * 8, count),
    series: new Int32Array(buffer, at + count * 16, count),
    replacing: new Int32Array(buffer, at + count * 20, replacing),
  };
}
