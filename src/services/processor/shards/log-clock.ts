import type { Clock } from '#domain/time.ts';

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
}
