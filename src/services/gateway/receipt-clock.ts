import { type Clock, msFromMicros } from '#domain/time.ts';

/** A clock that was set back by more than this is followed at once. */
const MAX_LEAD_MICROS = 1_000_000;

/**
 * Times of receipt that never repeat: what comes in one millisecond is a microsecond apart, in its order.
 * Readings without a time of their own would otherwise take each other's place.
 */
export class ReceiptClock {
  readonly #clock: Clock;
  #lastMicros = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** ms since the epoch, microseconds as fraction. */
  next(): number {
    const nowMicros = Math.round(this.#clock.now() * 1000);
    const isSetBack = nowMicros < this.#lastMicros - MAX_LEAD_MICROS;
    this.#lastMicros = isSetBack ? nowMicros : Math.max(nowMicros, this.#lastMicros + 1);
    return msFromMicros(this.#lastMicros);
  }

  /** Times up to `timeMs` were given out besides (undefined: none): the next one comes after them. */
  passed(timeMs: number | undefined): void {
    if (timeMs === undefined) return;
    this.#lastMicros = Math.max(this.#lastMicros, Math.round(timeMs * 1000));
  }
}
