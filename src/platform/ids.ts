import { randomBytes } from 'node:crypto';

/** Bits that count within one millisecond, of the 74 that RFC 9562 leaves to the maker. */
const COUNTER_BITS = 26;
let lastMs = -1;
let counter = 0;

/**
 * UUID version 7 (RFC 9562): sorts by time. Ids that this process makes one after another for the same
 * millisecond sort in the order of the calls (section 6.2, method 1).
 */
export function uuidV7(nowMs: number = Date.now()): string {
  const ms = Math.floor(nowMs);
  const bytes = randomBytes(16);
  if (ms === lastMs && counter < 2 ** COUNTER_BITS - 1) counter++;
  // Half of the range is left to count in.
  else counter = bytes.readUInt32BE(0) >>> (32 - COUNTER_BITS + 1);
  lastMs = ms;
  bytes.writeUIntBE(ms, 0, 6);
  bytes.writeUInt16BE(0x7000 | (counter >>> 14), 6);
  bytes.writeUInt16BE(0x8000 | (counter & 0x3fff), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
