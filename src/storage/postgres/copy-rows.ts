import type { SampleColumns } from '../sample-columns.ts';

// Tested by: copy-rows.test.ts

/** PostgreSQL, COPY, "Binary Format": signature, flags, length of the header extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
/** Of what `encodeCopy` answers, before the first row. */
export const HEADER_BYTES = HEADER.length;
const TRAILER = Buffer.from([0xff, 0xff]);
/** Field count, then length and content of series, time, value, received. */
export const ROW_BYTES = 2 + (4 + 4) + 3 * (4 + 8);
const TWO_32 = 4_294_967_296;
/** 2000-01-01, from which the engine counts its microseconds. */
const EPOCH_MICROS = 946_684_800_000_000;

/** ms since 1970 (fractions are microseconds) → the engine's microseconds. */
export function engineMicros(ms: number): number {
  return Math.round(ms * 1000) - EPOCH_MICROS;
}

function putMicros(view: DataView, at: number, micros: number): void {
  const high = Math.floor(micros / TWO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, micros - high * TWO_32);
}

/**
 * The samples as one binary COPY of (series, time, value, received); received together, or each at its own time.
 * Positions in `skip` are left out: they are replaced by a later sample of the same group.
 */
export function encodeCopy(
  samples: SampleColumns,
  receivedMs: number | Float64Array,
  skip: ReadonlySet<number>,
): Buffer {
  const rows = samples.count - skip.size;
  const bytes = Buffer.allocUnsafe(HEADER.length + rows * ROW_BYTES + TRAILER.length);
  HEADER.copy(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isShared = typeof receivedMs === 'number';
  const sharedMicros = isShared ? engineMicros(receivedMs) : 0;
  let at = HEADER.length;
  for (const row of bySeries(samples)) {
    if (skip.size > 0 && skip.has(row)) continue;
    view.setInt16(at, 4);
    view.setInt32(at + 2, 4);
    view.setInt32(at + 6, samples.series[row]!);
    view.setInt32(at + 10, 8);
    putMicros(view, at + 14, engineMicros(samples.timesMs[row]!));
    view.setInt32(at + 22, 8);
    view.setFloat64(at + 26, samples.values[row]!);
    view.setInt32(at + 34, 8);
    putMicros(view, at + 38, isShared ? sharedMicros : engineMicros(receivedMs[row]!));
    at += ROW_BYTES;
  }
  TRAILER.copy(bytes, at);
  return bytes;
}

/**
 * Positions in the order of their series, those of one series as they came: the index by series then grows at one
 * place after the other, not all over.
 */
function bySeries({ count, series }: SampleColumns): Uint32Array {
  const keys = new Float64Array(count);
  for (let at = 0; at < count; at++) keys[at] = series[at]! * TWO_32 + at;
  keys.sort();
  const positions = new Uint32Array(count);
  for (let at = 0; at < count; at++) positions[at] = keys[at]! % TWO_32;
  return positions;
}

/** Positions that a later sample of the same columns takes the place of. Only replacing samples can do that. */
export function overtaken(samples: SampleColumns): Set<number> {
  const skip = new Set<number>();
  if (samples.replacing.length === 0) return skip;
  const keys = new Map<string, number>();
  for (const at of samples.replacing) keys.set(`${samples.series[at]} ${samples.timesMs[at]}`, at);
  for (let at = 0; at < samples.count; at++) {
    const last = keys.get(`${samples.series[at]} ${samples.timesMs[at]}`);
    if (last !== undefined && at < last) skip.add(at);
  }
  return skip;
}
