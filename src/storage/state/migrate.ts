import { type Kysely, type Migration, Migrator } from 'kysely';
import { initial } from './migrations/0001-initial.ts';
import { deadLettersByCustomer } from './migrations/0002-dead-letters-by-customer.ts';
import { alarmLifecycle } from './migrations/0003-alarm-lifecycle.ts';
import { notificationCourses } from './migrations/0004-notification-courses.ts';
import { alertsByReceipt } from './migrations/0007-alerts-by-receipt.ts';
import { meta } from './migrations/0008-meta.ts';
import { sensorHashes } from './migrations/0009-sensor-hashes.ts';
import { placePictures } from './migrations/0012-place-pictures.ts';
import { silences } from './migrations/0013-silences.ts';
import { alertLists } from './migrations/0014-alert-lists.ts';
import type { Database } from './schema.ts';

// Tested by: test/contract/state-store.test.ts

type Serial = 'integer' | 'serial';

function migrations(serial: Serial): Record<string, Migration> {
  return {
    '0001-initial': { up: (handle) => initial(handle, serial) },
    '0002-dead-letters-by-customer': { up: deadLettersByCustomer },
    '0003-alarm-lifecycle': { up: alarmLifecycle },
    '0004-notification-courses': { up: notificationCourses },
    '0007-alerts-by-receipt': { up: alertsByReceipt },
    '0008-meta': { up: meta },
    '0009-sensor-hashes': { up: sensorHashes },
    '0012-place-pictures': { up: placePictures },
    '0013-silences': { up: silences },
    '0014-alert-lists': { up: alertLists },
  };
}

/** Every schema that this program knows, by name, the present one last. */
export const SCHEMAS: readonly string[] = Object.keys(migrations('integer'));

/** Brings the schema to the present version. Throws where the stored one is newer than this program. */
export async function migrate(db: Kysely<Database>, serial: Serial): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve(migrations(serial)) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) throw error;
}
