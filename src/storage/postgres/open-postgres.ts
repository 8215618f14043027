import { Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { VigieError } from '#domain/errors.ts';
import type { Logger } from '#platform/logging.ts';
import type { Database } from '../state/schema.ts';
import type { StateStore } from '../state/state-store.ts';
import { type Capabilities, detectCapabilities, ENGINES } from './capabilities.ts';
import { PostgresHistory } from './history/postgres-history.ts';
import { migrate } from './migrate.ts';
import { createPool, endPool, kyselyPool, PATIENT } from './pool.ts';
import { Shard, type ShardOptions } from './shard.ts';
import { serializable } from './transactions.ts';

// Tested by: test/scale/postgres-store.test.ts

export interface PostgresOptions {
  url: string;
  log: Pick<Logger, 'warn'>;
  now(): number;
  /** Who this process is, for those that stand by. */
  owner: string;
  /** False leaves the extension alone even where there is one. */
  useExtension?: boolean;
}

export interface PostgresStorage {
  readonly state: StateStore;
  readonly history: PostgresHistory;
  readonly capabilities: Capabilities;
  readonly pool: Pool;
  /** Not claimed yet: its first use does that. */
  shard(number: number, claim: ShardOptions['claim']): Shard;
  close(): Promise<void>;
}

/** PostgreSQL 15: `UNNEST` of several arrays, `date_bin`, partitions that can be attached beside questions. */
const OLDEST_VERSION = 150_000;

/** Connects, and brings the schema to the present version. Throws `storage_unavailable` with what is wrong. */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStorage> {
  const { url, log, now, owner } = options;
  const pool = createPool(url, log);
  try {
    await refuseOldServer(pool);
    const capabilities =
      options.useExtension === false ? ENGINES.plain : await detectCapabilities(pool);
    await migrateDatabase(options, capabilities);
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
    return {
      state: { db, transaction: serializable(db) },
      history: new PostgresHistory(pool, capabilities),
      capabilities,
      pool,
      shard: (number, claim) =>
        new Shard({ url, pool, shard: number, owner, claim, capabilities, now }),
      close: () => endPool(pool),
    };
  } catch (error) {
    await pool.end();
    const reason = error instanceof Error ? error.message : String(error);
    throw new VigieError('storage_unavailable', `The database cannot be used: ${reason}`, {
      retryAfterSeconds: 5,
      cause: error,
    });
  }
}

/** On connections of their own, whose statements may take an hour. */
async function migrateDatabase(
  { url, log }: Pick<PostgresOptions, 'url' | 'log'>,
  capabilities: Capabilities,
): Promise<void> {
  const pool = createPool(url, log, PATIENT);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
  try {
    await migrate(db, capabilities);
  } finally {
    await endPool(pool);
  }
}

async function refuseOldServer(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ version: string }>(
    "SELECT current_setting('server_version_num') AS version",
  );
  if (Number(rows[0]?.version) < OLDEST_VERSION) throw new Error('it is older than PostgreSQL 15');
}
