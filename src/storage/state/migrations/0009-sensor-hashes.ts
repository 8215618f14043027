import type { Kysely } from 'kysely';

/**
 * Which partition has a sensor's readings, so that its processor loads no others. Rows that are there get theirs when a
 * processor first loads them: a million at once would hold up every commit for as long as that takes.
 */
export async function sensorHashes(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('sensors').addColumn('key_hash', 'integer').execute();
}
