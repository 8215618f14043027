import type { Kysely } from 'kysely';

/** For listing and counting a customer's dead letters without reading those of others, or their payloads. */
export async function deadLettersByCustomer(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('dead_letters_by_customer')
    .on('dead_letters')
    .columns(['customer', 'seq'])
    .execute();
}
