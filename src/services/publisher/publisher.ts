import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '#platform/logging.ts';

// Tested by: test/scale/publisher.test.ts

const IDLE_MS = 500;
/** Where another process has the turn: if it ends, this one takes over so soon. */
const STAND_BY_MS = 2000;
const RETRY_MS = { first: 500, most: 30_000 };

/** Publishes what comes next; answers how much, and undefined where another process has the turn. */
export type Turn = () => Promise<number | undefined>;

interface PublisherOptions {
  /** Taken one after the other, again and again. */
  turns: readonly Turn[];
  log: Logger;
}

/** Tells others of what has become durable, each thing at least once: now, and again as long as it takes. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Ends the pause of one who has nothing to do. */
  #rest = new AbortController();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There may be something new. */
  wake(): void {
    this.#rest.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let retryMs = RETRY_MS.first;
    while (!signal.aborted) {
      let waitMs: number;
      let isIdle = false;
      this.#rest = new AbortController();
      try {
        waitMs = await this.#publish();
        isIdle = waitMs === IDLE_MS;
        retryMs = RETRY_MS.first;
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.warn({ err: error }, 'events could not be published; tried again');
        waitMs = retryMs;
        retryMs = Math.min(2 * retryMs, RETRY_MS.most);
      }
      const rest = isIdle ? AbortSignal.any([signal, this.#rest.signal]) : signal;
      await sleep(waitMs, undefined, { signal: rest }).catch(() => undefined);
    }
  }

  /** Answers how long to wait before the next. */
  async #publish(): Promise<number> {
    let published = 0;
    for (const turn of this.#options.turns) {
      const count = await turn();
      if (count === undefined) return STAND_BY_MS;
      published += count;
    }
    return published > 0 ? 0 : IDLE_MS;
  }
}
