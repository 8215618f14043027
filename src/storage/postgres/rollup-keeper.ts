import type { ClientBase, Pool } from 'pg';
import type { Logger } from '#platform/logging.ts';
import type { Capabilities } from './capabilities.ts';
import { withLease } from './lease.ts';
import { rollPending } from './rollups.ts';

// Tested by: test/scale/rollups.test.ts

const EVERY_MS = 10 * 60_000;
const FIRST_MS = 30_000;

interface RollupKeeperOptions {
  pool: Pool;
  capabilities: Capabilities;
  now(): number;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Until the first run; for tests. */
  firstMs?: number;
}

/** Rolls up days that are over, every ten minutes, in one process at a time. */
export class RollupKeeper {
  readonly #options: RollupKeeperOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #run: Promise<void> | undefined;
  /** The server's process that is at it. */
  #backend: number | undefined;

  constructor(options: RollupKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#plan(this.#options.firstMs ?? FIRST_MS);
  }

  /** Days that are finished stay so; the pass under way is given up, since it may take minutes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    const { pool } = this.#options;
    if (this.#backend !== undefined) {
      await pool.query('SELECT pg_cancel_backend($1)', [this.#backend]).catch(() => undefined);
    }
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
        this.#backend = await backendOf(client);
        const days = await rollPending(client, { capabilities, nowMs: now(), signal }).finally(
          () => {
            this.#backend = undefined;
          },
        );
        if (days > 0) log.info({ days }, 'rolled up days that are over');
      });
    } catch (error) {
      if (!signal.aborted)
        log.warn({ err: error }, 'days could not be rolled up; tried again later');
    }
  }
}

async function backendOf(client: ClientBase): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
