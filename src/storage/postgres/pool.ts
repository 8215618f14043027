import type { PostgresPool } from 'kysely';
import pg from 'pg';
import type { Logger } from '#platform/logging.ts';
import { storageError } from './storage-error.ts';

// Tested by: test/scale/postgres-store.test.ts

/** Bounds of every wait on the database. */
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_TRANSACTION_MS = 30_000;
const MOST_CONNECTIONS = 10;

const { INT8, FLOAT8 } = pg.types.builtins;

/** Counts and ids are far below 2^53, so a number holds them. */
const NUMBERS = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && (oid === INT8 || oid === FLOAT8)) return Number;
    return pg.types.getTypeParser(oid, format);
  },
} as pg.CustomTypesConfig;

/** For every connection, pooled or not. */
export function connectionOptions(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: NUMBERS,
    // The server, too, has to notice that its client is gone: locks end with the session.
    options:
      '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c timezone=UTC',
  };
}

export function createPool(url: string, log: Pick<Logger, 'warn'>): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(url, 'vigie'),
    max: MOST_CONNECTIONS,
    idleTimeoutMillis: 60_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
  });
  // A connection that ends while it is idle is replaced when the next is asked for.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection ended'));
  // One that ends while it is used fails the statement at hand; that is told there.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** The pool as Kysely takes it, with errors in the store's own words. */
export function kyselyPool(pool: pg.Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw storageError(error);
      });
      return {
        query: async (sql: unknown, parameters?: readonly unknown[]) => {
          try {
            return await client.query(sql as string, parameters as unknown[]);
          } catch (error) {
            throw storageError(error);
          }
        },
        release: () => client.release(),
      } as never;
    },
    end: () => pool.end(),
  };
}
