import { type Kysely, sql } from 'kysely';

/**
 * For policies of several steps, digests and fallbacks: which step told, what a notification waits for together with
 * others, in which digest it went out, why it was left out, and for whom it stands in.
 */
export async function notificationCourses(db: Kysely<unknown>): Promise<void> {
  const time = 'double precision';
  const add = (name: string, type: 'integer' | 'text' | typeof time) =>
    db.schema.alterTable('notifications').addColumn(name, type).execute();
  await add('step', 'integer');
  await add('group_key', 'text');
  await add('released_at', time);
  await add('digest_id', 'text');
  await add('left_out', 'text');
  await add('fallback_for', 'text');
  await db.schema
    .createIndex('notifications_by_contact')
    .on('notifications')
    .columns(['customer', 'contact_id', 'created_at', 'id'])
    .execute();
  await db.schema
    .createIndex('notifications_held')
    .on('notifications')
    .columns(['next_attempt_at'])
    .where(sql.ref('group_key'), 'is not', null)
    .where(sql.ref('released_at'), 'is', null)
    .execute();
  await db.schema
    .createIndex('notifications_by_bundle')
    .on('notifications')
    .columns(['customer', 'contact_id', 'group_key', 'released_at'])
    .where(sql.ref('group_key'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('notifications_by_digest')
    .on('notifications')
    .columns(['digest_id'])
    .where(sql.ref('digest_id'), 'is not', null)
    .execute();
}
