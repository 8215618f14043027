import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from '#storage/state/migrate.ts';
import type { Database } from '#storage/state/schema.ts';
import type { StateStore } from '#storage/state/state-store.ts';

export type ClosableStore = StateStore & { close(): Promise<void> };

/** A state store in memory and in this thread, with the real schema: for tests of what stands above it. */
export async function createInProcessState(): Promise<ClosableStore> {
  const database = new DatabaseSync(':memory:');
  const db = new Kysely<Database>({
    dialect: new SqliteDialect({
      database: {
        close: () => database.close(),
        prepare(sql) {
          const statement = database.prepare(sql);
          const inputs = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => statement.all(...inputs(parameters)),
            run: (parameters) => statement.run(...inputs(parameters)),
            iterate: (parameters) => statement.iterate(...inputs(parameters)),
          };
        },
      },
    }),
  });
  await migrate(db, 'integer');
  return {
    db,
    transaction: (work) => db.transaction().execute(work),
    close: () => db.destroy(),
  };
}
