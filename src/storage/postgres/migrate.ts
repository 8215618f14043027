import { type Kysely, Migrator } from 'kysely';
import { migrate as migrateState } from '../state/migrate.ts';
import type { Database } from '../state/schema.ts';
import type { Capabilities } from './capabilities.ts';
import { readings } from './migrations/0001-readings.ts';
import { processes } from './migrations/0002-processes.ts';
import { published } from './migrations/0003-published.ts';
import { rollupIndexes } from './migrations/0004-rollup-indexes.ts';
import { compressedRollups } from './migrations/0005-compressed-rollups.ts';
import { lateIndex } from './migrations/0006-late-index.ts';

// Tested by: test/scale/postgres-store.test.ts

/**
 * The state's migrations, which every engine shares, then this engine's own. Each runs once, under an advisory lock
 * (Kysely takes it), however many processes start together. Throws where the schema is newer than this program.
 */
export async function migrate(db: Kysely<Database>, capabilities: Capabilities): Promise<void> {
  await migrateState(db, 'serial');
  const migrator = new Migrator({
    db,
    migrationTableName: 'readings_migration',
    migrationLockTableName: 'readings_migration_lock',
    provider: {
      getMigrations: () =>
        Promise.resolve({
          '0001-readings': { up: (handle) => readings(handle, capabilities) },
          '0002-processes': { up: processes },
          '0003-published': { up: published },
          '0004-rollup-indexes': { up: (handle) => rollupIndexes(handle, capabilities) },
          '0005-compressed-rollups': { up: (handle) => compressedRollups(handle, capabilities) },
          '0006-late-index': { up: lateIndex },
        }),
    },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
