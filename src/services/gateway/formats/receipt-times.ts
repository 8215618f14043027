import { msFromMicros } from '#domain/time.ts';

/** What a reading has for a time until it is given that of its receipt. */
export const UNTIMED = Number.NaN;

/**
 * Gives the readings of a request that carry no time that of the receipt, in whole microseconds: the first of
 * each sensor the time itself, every other a microsecond more, since readings of one sensor and time take each
 * other's place. Returns the latest time it gave (ms), undefined where every reading had its own.
 */
export function stampUntimed(
  timesMs: Float64Array,
  sensorIds: readonly string[],
  receivedMs: number,
): number | undefined {
  let latest: number | undefined;
  let given: Map<string, number> | undefined;
  for (let at = 0; at < timesMs.length; at++) {
    if (!Number.isNaN(timesMs[at])) continue;
    given ??= new Map();
    const micros = (given.get(sensorIds[at]!) ?? Math.round(receivedMs * 1000) - 1) + 1;
    given.set(sensorIds[at]!, micros);
    timesMs[at] = msFromMicros(micros);
    latest = Math.max(latest ?? micros, micros);
  }
  return latest === undefined ? undefined : msFromMicros(latest);
}
