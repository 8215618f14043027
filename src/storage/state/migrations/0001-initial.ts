import { type Kysely, sql } from 'kysely';

// Tested by: test/contract/state-store.test.ts

/** Numbered, and never edited once released. `serial` is what an engine calls a growing integer key. */
export async function initial(db: Kysely<unknown>, serial: 'integer' | 'serial'): Promise<void> {
  const time = 'double precision';
  await db.schema
    .createTable('sensors')
    .addColumn('pk', 'integer', (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('sensor_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text')
    .addColumn('location', 'text')
    .addColumn('labels', 'text', (c) => c.notNull())
    .addColumn('parent_id', 'text')
    .addColumn('calibration_date', time)
    .addColumn('update_within', time)
    .addColumn('registered_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .addUniqueConstraint('sensors_customer_id', ['customer', 'sensor_id'])
    .execute();
  await db.schema
    .createTable('series')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('sensor_pk', 'integer', (c) => c.notNull())
    .addColumn('metric', 'text', (c) => c.notNull())
    .addColumn('unit', 'text')
    .addUniqueConstraint('series_sensor_metric', ['sensor_pk', 'metric'])
    .execute();
  await db.schema
    .createTable('sensor_states')
    .addColumn('sensor_pk', 'integer', (c) => c.primaryKey())
    .addColumn('as_of', 'bigint', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('documents')
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('updated_at', time, (c) => c.notNull())
    .addPrimaryKeyConstraint('documents_pk', ['customer', 'kind', 'id'])
    .execute();
  await db.schema
    .createTable('alerts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('rule_id', 'text', (c) => c.notNull())
    .addColumn('sensor_pk', 'integer', (c) => c.notNull())
    .addColumn('sensor_id', 'text', (c) => c.notNull())
    .addColumn('metric', 'text')
    .addColumn('condition', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('highest_severity', 'text', (c) => c.notNull())
    .addColumn('acknowledged', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('shelved_until', time)
    .addColumn('suppressed_by', 'text')
    .addColumn('assignee', 'text')
    .addColumn('value', time)
    .addColumn('limit_value', time)
    .addColumn('unit', 'text')
    .addColumn('peak', time)
    .addColumn('started_at', time, (c) => c.notNull())
    .addColumn('received_at', time, (c) => c.notNull())
    .addColumn('cleared_at', time)
    .addColumn('acknowledged_at', time)
    .addColumn('acknowledged_by', 'text')
    .addColumn('next_repeat_at', time)
    .execute();
  await db.schema
    .createIndex('alerts_by_start')
    .on('alerts')
    .columns(['customer', 'started_at', 'id'])
    .execute();
  await db.schema
    .createIndex('alerts_active')
    .on('alerts')
    .columns(['sensor_pk'])
    .where(sql.ref('state'), '=', sql.lit('active'))
    .execute();
  await db.schema
    .createIndex('alerts_repeat')
    .on('alerts')
    .columns(['next_repeat_at'])
    .where(sql.ref('next_repeat_at'), 'is not', null)
    .execute();
  await db.schema
    .createTable('alert_history')
    .addColumn('seq', serial, (c) => c.primaryKey())
    .addColumn('alert_id', 'text', (c) => c.notNull())
    .addColumn('at', time, (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('change', 'text', (c) => c.notNull())
    .addColumn('severity', 'text', (c) => c.notNull())
    .addColumn('comment', 'text')
    .execute();
  await db.schema
    .createIndex('alert_history_alert')
    .on('alert_history')
    .columns(['alert_id', 'seq'])
    .execute();
  await db.schema
    .createTable('notifications')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('alert_id', 'text', (c) => c.notNull())
    .addColumn('contact_id', 'text', (c) => c.notNull())
    .addColumn('policy_id', 'text')
    .addColumn('channel', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('next_attempt_at', time)
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('receipt', 'text')
    .execute();
  await db.schema
    .createIndex('notifications_due')
    .on('notifications')
    .columns(['next_attempt_at'])
    .where(sql.ref('next_attempt_at'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('notifications_by_time')
    .on('notifications')
    .columns(['customer', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('notifications_alert')
    .on('notifications')
    .columns(['alert_id'])
    .execute();
  await db.schema
    .createTable('delivery_attempts')
    .addColumn('seq', serial, (c) => c.primaryKey())
    .addColumn('notification_id', 'text', (c) => c.notNull())
    .addColumn('at', time, (c) => c.notNull())
    .addColumn('outcome', 'text', (c) => c.notNull())
    .addColumn('detail', 'text')
    .execute();
  await db.schema
    .createIndex('delivery_attempts_notification')
    .on('delivery_attempts')
    .columns(['notification_id', 'seq'])
    .execute();
  await db.schema
    .createTable('dead_letters')
    .addColumn('seq', serial, (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('received_at', time, (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('sensor_id', 'text')
    .addColumn('code', 'text', (c) => c.notNull())
    .addColumn('pointer', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('sensors', 'text')
    .addColumn('rate_limit', time)
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('expires_at', time)
    .addColumn('revoked_at', time)
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('who', 'text', (c) => c.notNull())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('created_at', time, (c) => c.notNull())
    .addColumn('expires_at', time, (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('audit')
    .addColumn('seq', serial, (c) => c.primaryKey())
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('at', time, (c) => c.notNull())
    .addColumn('who', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('target', 'text', (c) => c.notNull())
    .addColumn('detail', 'text')
    .addColumn('request_id', 'text', (c) => c.notNull())
    .execute();
}
