import type { Logger } from '#platform/logging.ts';
import type { CommitStore } from '#storage/commit-store.ts';
import type { Processor } from './processor.ts';

// Tested by: test/e2e/crash.test.ts

const TRIM_MS = 1000;

interface KeeperOptions {
  processor: Processor;
  commits: CommitStore;
  /** The newest journal id that the history holds. */
  loadedThrough(): number;
  log: Logger;
}

/** Lets the journal forget what both the history and every remembered state hold. */
export class JournalKeeper {
  readonly #options: KeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #trimmedThrough = 0;
  #trimming: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#trim(), TRIM_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#trimming;
  }

  async #trim(): Promise<void> {
    if (this.#trimming !== undefined) return;
    this.#trimming = this.#trimOnce();
    await this.#trimming;
    this.#trimming = undefined;
  }

  async #trimOnce(): Promise<void> {
    const { processor, commits, loadedThrough, log } = this.#options;
    const through = Math.min(loadedThrough(), processor.rememberedThrough);
    if (through <= this.#trimmedThrough || processor.failure !== undefined) return;
    try {
      await commits.trimJournal(through);
      this.#trimmedThrough = through;
    } catch (error) {
      log.warn({ err: error }, 'the journal could not be trimmed; it is tried again');
    }
  }
}
