import type { MetricShape, ReadingMetadata } from '#domain/reading.ts';
import { formatTime } from '#domain/time.ts';

/** Header names of a reading's record; values are UTF-8. */
export const HEADERS = {
  /** The door that it came in by. */
  source: 'source',
  /** `refused` where the value is a refused reading; absent for readings. */
  kind: 'kind',
  /** Where the sender waits for the outcome: `<gateway>/<request>`. */
  reply: 'reply',
  /** Position in the request, for those who wait. */
  index: 'index',
} as const;

/**
 * The end of a reading's value, always in this form, so that a reader knows it by its bytes:
 * `,"received_at":"2026-11-22T05:00:00.000Z"}`.
 */
export const RECEIVED_AT = {
  prefix: Buffer.from(',"received_at":"'),
  bytes: ',"received_at":"2026-11-22T05:00:00.000Z"}'.length,
};

export function receivedAtSuffix(receivedMs: number): string {
  return `,"received_at":"${formatTime(Math.floor(receivedMs))}"}`;
}

/** Metric names are letters, digits, `-`, `_` and `.`: none of them needs an escape. */
export function memberNames(shape: MetricShape): readonly string[] {
  return shape.map((metric, at) => `${at === 0 ? '' : ','}"${metric}":`);
}

/** As a reading carries it, with what only other formats than JSON can say. */
export function metadataMember(metadata: ReadingMetadata): string {
  const { calibrationDateMs, updateWithinMs, ...rest } = metadata;
  return `,"metadata":${JSON.stringify({
    ...rest,
    calibration_date: calibrationDateMs === undefined ? undefined : formatTime(calibrationDateMs),
    update_within_ms: updateWithinMs,
  })}`;
}

const MS_PER_SECOND = 1000;

/** `formatTime` for many times that lie within few seconds. */
export class TimeWriter {
  #second = Number.NaN;
  #head = '';

  write(ms: number): string {
    const second = Math.floor(ms / MS_PER_SECOND);
    if (second !== this.#second) {
      this.#second = second;
      this.#head = new Date(second * MS_PER_SECOND).toISOString().slice(0, 20);
    }
    const rest = ms - second * MS_PER_SECOND;
    // Fractions are rare, and rounding them may carry over.
    if (rest % 1 !== 0) return formatTime(ms);
    return `${this.#head}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
  }
}
