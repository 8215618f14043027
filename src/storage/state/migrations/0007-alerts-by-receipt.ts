import type { Kysely } from 'kysely';

/** For counting the alerts that people were faced with in a time. */
export async function alertsByReceipt(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('alerts_by_receipt')
    .on('alerts')
    .columns(['customer', 'received_at'])
    .execute();
}
