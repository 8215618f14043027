import type { Pool } from 'pg';
import type { Logger } from '#platform/logging.ts';
import type { Capabilities } from './capabilities.ts';
import { withLease } from './lease.ts';
import { rollPending } from './rollups.ts';

// Tested by: test/scale/postgres-store.test.ts

const EVERY_MS = 10 * 60_000;
const FIRST_MS = 30_000;

interface RollupKeeperOptions {
  pool: Pool;
  capabilities: Capabilities;
  now(): number;
  log: Pick<Logger, 'info' | 'warn'>;
}

/** Rolls up days that are over, every ten minutes, in one process at a time. */
export class RollupKeeper {
  readonly #options: RollupKeeperOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #run: Promise<void> | undefined;

  constructor(options: RollupKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#plan(FIRST_MS);
  }

  /** Lets the day under way come to its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#run;
  }

  #plan(ms: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#run = this.#roll().finally(() => this.#plan(EVERY_MS));
    }, ms);
  }

  async #roll(): Promise<void> {
    const { pool, capabilities, now, log } = this.#options;
    const { signal } = this.#stopping;
    try {
      await withLease(pool, 'rollups', async (client) => {
        const days = await rollPending(client, { capabilities, nowMs: now(), signal });
        if (days > 0) log.info({ days }, 'rolled up days that are over');
      });
    } catch (error) {
      if (!signal.aborted)
        log.warn({ err: error }, 'days could not be rolled up; tried again later');
    }
  }
}
