import { type Kysely, sql } from 'kysely';

/** For lists of alerts, newest first: of a sensor, of a rule, of what is active, and of what is open; none reads others, or what is over. */
export async function alertLists(db: Kysely<unknown>): Promise<void> {
  for (const [index, column] of [
    ['alerts_of_sensor', 'sensor_id'],
    ['alerts_of_rule', 'rule_id'],
  ] as const) {
    await db.schema
      .createIndex(index)
      .on('alerts')
      .columns(['customer', column, 'started_at', 'id'])
      .execute();
  }
  await db.schema
    .createIndex('alerts_active_by_start')
    .on('alerts')
    .columns(['customer', 'started_at', 'id'])
    .where(sql.ref('state'), '=', sql.lit('active'))
    .execute();
  await db.schema
    .createIndex('alerts_open')
    .on('alerts')
    .columns(['customer', 'started_at', 'id'])
    .where(({ eb, and, not }) =>
      not(
        and([
          eb(sql.ref('state'), '=', sql.lit('cleared')),
          eb(sql.ref('acknowledged'), '=', sql.lit(1)),
        ]),
      ),
    )
    .execute();
}
