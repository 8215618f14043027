import type { Clock } from '#domain/time.ts';
import type { Logger } from '#platform/logging.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import { pruneDeadLetters } from '#storage/state/dead-letters.ts';
import type { StateStore } from '#storage/state/state-store.ts';

// Tested by: test/e2e/retention.test.ts

const EVERY_MS = 3_600_000;
const FIRST_MS = 60_000;

interface KeeperOptions {
  history: Pick<HistoryStore, 'deleteBefore'>;
  state: Pick<StateStore, 'db'>;
  clock: Clock;
  /** Infinity keeps every sample. */
  retentionMs: number;
  log: Logger;
  firstMs?: number;
  /** Where several processes could do this: runs the work in one of them at a time, and says whether it was this one. */
  inTurn?(work: () => Promise<void>): Promise<boolean>;
  /** Of each customer. */
  deadLettersKept?: number;
}

/** Removes samples that are older than the retention, and dead letters beyond their number, once an hour. */
export class RetentionKeeper {
  readonly #options: KeeperOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#run(), this.#options.firstMs ?? FIRST_MS);
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    const work = async (): Promise<void> => {
      await Promise.all([this.#removeSamples(), this.#removeDeadLetters()]);
    };
    const { inTurn, log } = this.#options;
    try {
      await (inTurn ? inTurn(work) : work());
    } catch (error) {
      log.warn({ err: error }, 'old data could not be removed; it is tried again in an hour');
    }
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#run(), EVERY_MS);
  }

  async #removeSamples(): Promise<void> {
    const { history, clock, retentionMs, log } = this.#options;
    if (!Number.isFinite(retentionMs)) return;
    try {
      const removed = await history.deleteBefore(clock.now() - retentionMs);
      if (removed > 0) log.info({ samples: removed }, 'removed samples older than the retention');
    } catch (error) {
      log.warn({ err: error }, 'old samples could not be removed; it is tried again in an hour');
    }
  }

  async #removeDeadLetters(): Promise<void> {
    const { state, log, deadLettersKept } = this.#options;
    const { signal } = this.#stopping;
    try {
      const removed = await pruneDeadLetters(state.db, {
        signal,
        ...(deadLettersKept === undefined ? {} : { keep: deadLettersKept }),
      });
      if (removed > 0) log.info({ deadLetters: removed }, 'removed the oldest dead letters');
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, 'dead letters could not be removed; it is tried again in an hour');
    }
  }
}
