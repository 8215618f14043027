import type { Clock } from '#domain/time.ts';
import { hashSecret, newSecret } from './key-text.ts';

const VALID_MS = 15 * 60_000;
const MAX_CODES = 100;

/** Codes that sign a browser in once, within 15 minutes. Kept in memory: a restart prints a fresh one. */
export class OneTimeCodes {
  readonly #clock: Clock;
  readonly #codes = new Map<string, { customer: string; untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(customer: string): string {
    const code = newSecret();
    if (this.#codes.size >= MAX_CODES) {
      const oldest = this.#codes.keys().next();
      if (!oldest.done) this.#codes.delete(oldest.value);
    }
    this.#codes.set(hashSecret(code), { customer, untilMs: this.#clock.now() + VALID_MS });
    return code;
  }

  /** The customer that the code was made for; undefined where it is unknown, used or too old. */
  redeem(code: string): string | undefined {
    const hash = hashSecret(code);
    const found = this.#codes.get(hash);
    if (found === undefined) return undefined;
    this.#codes.delete(hash);
    return found.untilMs > this.#clock.now() ? found.customer : undefined;
  }
}
