import { type Kysely, Migrator } from 'kysely';
import { initial } from './migrations/0001-initial.ts';
import { deadLettersByCustomer } from './migrations/0002-dead-letters-by-customer.ts';
import type { Database } from './schema.ts';

// Tested by: test/contract/state-store.test.ts

/** Brings the schema to the present version. Throws where the stored one is newer than this program. */
export async function migrate(db: Kysely<Database>, serial: 'integer' | 'serial'): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: () =>
        Promise.resolve({
          '0001-initial': { up: (handle) => initial(handle, serial) },
          '0002-dead-letters-by-customer': { up: deadLettersByCustomer },
        }),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
