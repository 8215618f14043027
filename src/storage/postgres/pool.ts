import type { Duplex } from 'node:stream';
import type { PostgresPool } from 'kysely';
import pg from 'pg';
import type { Logger } from '#platform/logging.ts';
import { sqlState, storageError } from './storage-error.ts';

// Tested by: test/scale/postgres-store.test.ts, test/scale/postgres-faults.test.ts

/** Bounds of every wait on the database. */
const CONNECT_TIMEOUT_MS = 5000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** The server says itself that a statement took too long; silence for longer than this is a dead connection. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 2000;
const IDLE_TRANSACTION_MS = 30_000;
const GOODBYE_MS = 1000;
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

/** Whoever takes one statement after the other. */
export interface Statements {
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<R>>;
}

/** The connection for work whose statements may take longer than others: the silence that is borne, in ms. */
export function patientWith(client: pg.ClientBase, query_timeout: number): Statements {
  return {
    query: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => {
      const statement = { text, query_timeout, ...(values && { values }) };
      return client.query<R>(statement);
    },
  };
}

/** Limits of ordinary questions. */
const ORDINARY = { statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: SILENCE_MS };
/** Of changes to the schema: an index over years takes its time, and others wait until it is there. */
export const PATIENT = { statement_timeout: 3_600_000, query_timeout: 3_602_000 };

export function createPool(
  url: string,
  log: Pick<Logger, 'warn'>,
  limits: typeof ORDINARY = ORDINARY,
): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(url, 'vigie'),
    max: MOST_CONNECTIONS,
    idleTimeoutMillis: 60_000,
    ...limits,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
  });
  // A connection that ends while it is idle is replaced when the next is asked for.
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection ended'));
  // One that ends while it is used fails the statement at hand; that is told there.
  pool.on('connect', (client) => client.on('error', () => undefined));
  cutTogether(pool);
  return pool;
}

/**
 * Where one connection was found dead, those that lie idle are most likely dead too: they are closed, so that
 * the next question does not wait out its limit on each of them in turn.
 */
function cutTogether(pool: pg.Pool): void {
  const idle = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => idle.delete(client));
  pool.on('remove', (client) => idle.delete(client));
  pool.on('release', (error: unknown, client) => {
    if (!error) idle.add(client);
    else if (isConnectionFault(error)) for (const other of [...idle]) dismiss(other);
  });
}

/** The pool lets go of an idle connection at once when that reports an error. */
function dismiss(client: pg.PoolClient): void {
  client.emit('error', new Error('another connection was found dead'));
  cutOff(client);
}

/** What came from the driver or the network; a server that is well enough to answer names an SQLSTATE. */
function isConnectionFault(error: unknown): boolean {
  return error instanceof Error && sqlState(error) === '';
}

/** Closes the connection without a word: whatever waits on it fails. */
function cutOff(client: pg.ClientBase): void {
  // The driver has no public way: its own `end` waits for the other side.
  (client as unknown as { connection: { stream: Duplex } }).connection.stream.destroy();
}

/** Ends the connection, also where the other side no longer answers. */
export async function endConnection(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => cutOff(client), GOODBYE_MS);
  await client.end().catch(() => undefined);
  clearTimeout(timer);
}

/** Ends every connection of the pool, also where the other side no longer answers. */
export async function endPool(pool: pg.Pool): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, 2 * GOODBYE_MS).unref());
  await Promise.race([pool.end(), late]);
}

/** The pool as Kysely takes it, with errors in the store's own words. */
export function kyselyPool(pool: pg.Pool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw storageError(error);
      });
      let fault: Error | undefined;
      return {
        query: async (sql: unknown, parameters?: readonly unknown[]) => {
          try {
            return await client.query(sql as string, parameters as unknown[]);
          } catch (error) {
            if (isConnectionFault(error)) fault = error as Error;
            throw storageError(error);
          }
        },
        // An answer may still be on its way on a connection that fell silent: it is closed, not kept.
        release: () => client.release(fault),
      } as never;
    },
    end: () => pool.end(),
  };
}
