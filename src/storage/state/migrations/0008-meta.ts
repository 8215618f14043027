import type { Kysely } from 'kysely';

/** What a platform knows of itself, by name. An engine with a journal has made it already, for the journal's sake. */
export async function meta(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
}
