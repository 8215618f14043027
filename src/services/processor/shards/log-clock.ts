import type { Clock } from '#domain/time.ts';

/** From its receipt until a reading is in the log; more is a clock that is behind. */
const MOST_ON_THE_WAY_MS = 60_000;

/**
 * The time up to which a log has been read. What still lies in the log was received before now: were timers to run
 * by the wall clock, a processor that is behind would tell of silence and of delays that the next record disproves.
 * It stands still until the first word of the reader, and never goes back.
 */
export class LogClock implements Clock {
  readonly #clock: Clock;
  #throughMs: number;

  /** `startMs`: where time stands until something has been read. */
  constructor(clock: Clock, startMs: number) {
    this.#clock = clock;
    this.#throughMs = startMs;
  }

  now(): number {
    return this.#throughMs;
  }

  /** Everything received before `ms` has been read. Clocks of gateways that run ahead are not followed. */
  seenThrough(ms: number): void {
    const seenMs = Math.min(ms, this.#clock.now());
    if (seenMs > this.#throughMs) this.#throughMs = seenMs;
  }

  /**
   * When a reading that comes next in the log was received, by the clock of this process, given what its gateway's clock
   * said. One gateway's clock may be behind: what the log has been read through was received before. One may be ahead:
   * what is there already was not received later than now.
   */
  receiptOf(ms: number): number {
    if (ms < this.#throughMs - MOST_ON_THE_WAY_MS) return this.#throughMs;
    return Math.min(ms, this.#clock.now());
  }
}
