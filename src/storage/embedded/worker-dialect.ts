import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { StateClient } from './state-client.ts';
import type { QueryAnswer } from './state-protocol.ts';

// Tested by: test/contract/state-store.test.ts, test/contract/state-thread.test.ts

/** Kysely over the state worker: one connection, handed to one user at a time. */
export function workerDialect(client: StateClient): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new WorkerDriver(client),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class WorkerConnection implements DatabaseConnection {
  readonly #client: StateClient;
  #transaction: number | undefined;

  constructor(client: StateClient) {
    this.#client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.#client.request<QueryAnswer>({
      kind: 'query',
      sql: query.sql,
      parameters: query.parameters,
      transaction: this.#transaction,
    });
    return {
      rows: answer.rows as R[],
      ...(answer.changes === undefined ? {} : { numAffectedRows: BigInt(answer.changes) }),
      ...(answer.insertId === undefined ? {} : { insertId: BigInt(answer.insertId) }),
    };
  }

  async begin(transaction: number): Promise<void> {
    await this.#client.request({ kind: 'begin', transaction });
    this.#transaction = transaction;
  }

  async commit(): Promise<void> {
    await this.#end('commit');
    this.#transaction = undefined;
  }

  /** One that has ended by itself is undone already; the caller is to see what went wrong before. */
  async rollback(): Promise<void> {
    await this.#end('rollback').catch(() => undefined);
    this.#transaction = undefined;
  }

  async #end(sql: 'commit' | 'rollback'): Promise<void> {
    const transaction = this.#transaction;
    await this.#client.request({ kind: 'query', sql, parameters: [], transaction });
  }

  streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('the embedded state store does not stream; page with a cursor');
  }
}

class WorkerDriver implements Driver {
  readonly #client: StateClient;
  readonly #queue: (() => void)[] = [];
  #isTaken = false;
  #transactions = 0;

  constructor(client: StateClient) {
    this.#client = client;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<WorkerConnection> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#isTaken = true;
    return new WorkerConnection(this.#client);
  }

  releaseConnection(): Promise<void> {
    const next = this.#queue.shift();
    // Handed over without a gap, so that nobody slips in between.
    if (next) next();
    else this.#isTaken = false;
    return Promise.resolve();
  }

  beginTransaction(connection: WorkerConnection): Promise<void> {
    return connection.begin(++this.#transactions);
  }

  commitTransaction(connection: WorkerConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: WorkerConnection): Promise<void> {
    return connection.rollback();
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}
