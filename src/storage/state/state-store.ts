import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';

export type StateDb = Kysely<Database>;
export type StateTransaction = Transaction<Database>;

/**
 * The registry, alerts, outbox and keys, in SQL that every engine understands. An engine supplies the
 * Kysely instance; the statements in this room are written once.
 */
export interface StateStore {
  readonly db: StateDb;
  /** Runs `work` in one transaction; what it wrote is durable once this resolves, or not at all. */
  transaction<T>(work: (tx: StateTransaction) => Promise<T>): Promise<T>;
}
