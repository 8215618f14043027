import { type Kysely, sql } from 'kysely';

/** For what stands of a customer, and for the newest silence of a sensor: neither reads the alerts that are over. */
export async function silences(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('alerts_standing')
    .on('alerts')
    .columns(['customer', 'condition', 'sensor_pk'])
    .where(sql.ref('state'), '=', sql.lit('active'))
    .execute();
  await db.schema
    .createIndex('alerts_silences')
    .on('alerts')
    .columns(['sensor_pk', 'state', 'started_at desc'])
    .where(sql.ref('condition'), '=', sql.lit('silent'))
    .execute();
}
