import { ROW_BYTES } from '../postgres/copy-rows.ts';

/** Where the words of a row lie: behind the count of its fields and the length of each. */
const WORDS = [6, 14, 18, 26, 30, 38, 42] as const;
const SEEDS = [0x811c9dc5, 0x2545f491] as const;

/** Count and content of rows, whatever their order: the sums of two hashes of each row, modulo 2^32. */
export interface RowSums {
  rows: number;
  first: number;
  second: number;
}

export function noRows(): RowSums {
  return { rows: 0, first: 0, second: 0 };
}

/** Adds `count` rows of a binary COPY that begin at `offset`. */
export function addRows(
  sums: RowSums,
  bytes: Buffer,
  stretch: { offset: number; count: number },
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let { first, second } = sums;
  for (let i = 0, at = stretch.offset; i < stretch.count; i++, at += ROW_BYTES) {
    let [a, b]: [number, number] = [SEEDS[0], SEEDS[1]];
    for (const word of WORDS) {
      const value = view.getInt32(at + word);
      a = Math.imul(a ^ value, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ value, 0x85ebca6b);
      b ^= b >>> 13;
    }
    first = (first + a) >>> 0;
    second = (second + b) >>> 0;
  }
  sums.rows += stretch.count;
  sums.first = first;
  sums.second = second;
}
