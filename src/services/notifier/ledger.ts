import type { Logger } from '#platform/logging.ts';
import { findDeliveries } from '#storage/state/deliveries.ts';
import { type Attempt, recordAttempts } from '#storage/state/outbox.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { Bus } from '#stream/bus.ts';

export interface LedgerOptions {
  state: Pick<StateStore, 'db'>;
  bus: Bus;
  log: Pick<Logger, 'error'>;
  retryAfterMs?: number;
}

const ENTRIES_A_WRITE = 50;

interface Entry {
  attempt: Attempt;
  done: () => void;
}

/**
 * Writes attempts down, all that came while the last write went on in one. While the storage takes no writes the
 * attempts wait here and their notifications stay where they are, so nothing is sent twice for that reason.
 */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #waiting: Entry[] = [];
  #isWriting = false;
  #isClosed = false;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Resolves once the attempt is durable (or the ledger is closed) and has been announced. */
  write(attempt: Attempt): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ attempt, done: resolve });
    if (!this.#isWriting) void this.#writeAll();
    return promise;
  }

  /** What could not be written by now is left: its notification is still due, and is sent again. */
  close(): void {
    this.#isClosed = true;
    for (const { done } of this.#waiting.splice(0)) done();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const entries = this.#waiting.splice(0, ENTRIES_A_WRITE);
      try {
        await recordAttempts(
          this.#options.state.db,
          entries.map(({ attempt }) => attempt),
        );
      } catch (error) {
        this.#options.log.error({ err: error }, 'attempts could not be written down');
        this.#waiting.unshift(...entries);
        const { promise, resolve } = Promise.withResolvers<void>();
        setTimeout(resolve, this.#options.retryAfterMs ?? 1000).unref();
        await promise;
        continue;
      }
      await this.#announce(entries);
      for (const { done } of entries) done();
    }
    this.#isWriting = false;
    if (this.#isClosed) this.close();
  }

  async #announce(entries: readonly Entry[]): Promise<void> {
    const { bus, state, log } = this.#options;
    if (!bus.isWanted('delivery')) return;
    try {
      const ids = entries.map(({ attempt }) => attempt.notificationId);
      for (const event of await findDeliveries(state.db, ids)) bus.publish('delivery', event);
    } catch (error) {
      log.error({ err: error }, 'deliveries could not be announced');
    }
  }
}
