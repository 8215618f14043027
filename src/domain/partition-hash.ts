const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** The 32-bit hash of the Java client (`Utils.murmur2`), as a signed integer. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const whole = length - (length % 4);
  let hash = SEED ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, M);
    word ^= word >>> R;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  const rest = length % 4;
  if (rest > 0) {
    for (let k = rest - 1; k >= 0; k--) hash ^= bytes[whole + k]! << (8 * k);
    hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** Kafka's positive hash (`Utils.toPositive`): the sign is taken off, not turned. */
function positiveHash(key: Uint8Array): number {
  return murmur2(key) & 0x7fffffff;
}

/** The partition that every client with the default partitioner gives to a key. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return positiveHash(key) % partitions;
}

/** What the records of a sensor's readings are keyed by: `<customer>/<sensor_id>`; neither holds a slash. */
export function recordKey(customer: string, sensorId: string): string {
  return `${customer}/${sensorId}`;
}

/** From 0 to 2^31 - 1; its remainder by the number of partitions is where the sensor's readings lie. */
export function sensorHash(customer: string, sensorId: string): number {
  return positiveHash(Buffer.from(recordKey(customer, sensorId)));
}
