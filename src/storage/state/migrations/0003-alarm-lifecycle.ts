import { type Kysely, sql } from 'kysely';

/**
 * Shelving, latching, and whether anybody was told of an alert; sensors that are out of service. Alerts from before
 * count as told where the ledger says so.
 */
export async function alarmLifecycle(db: Kysely<unknown>): Promise<void> {
  const time = 'double precision';
  const alerts = () => db.schema.alterTable('alerts');
  const flag = (name: string) =>
    alerts()
      .addColumn(name, 'integer', (c) => c.notNull().defaultTo(0))
      .execute();
  await flag('told');
  await flag('shelve_one_shot');
  await flag('first_of_storm');
  await alerts().addColumn('shelved_by', 'text').execute();
  await alerts().addColumn('shelve_reason', 'text').execute();
  await alerts().addColumn('returned_at', time).execute();
  await db.schema.alterTable('sensors').addColumn('out_of_service', 'text').execute();
  await sql`UPDATE alerts SET told = 1 WHERE id IN (SELECT alert_id FROM notifications)`.execute(
    db,
  );
  await db.schema
    .createIndex('alerts_shelved')
    .on('alerts')
    .columns(['shelved_until'])
    .where(sql.ref('shelved_until'), 'is not', null)
    .execute();
}
