import type { Kysely } from 'kysely';

/** Pictures of places, in base64 since the engines name their types of bytes differently. */
export async function placePictures(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('place_pictures')
    .addColumn('customer', 'text', (c) => c.notNull())
    .addColumn('place_id', 'text', (c) => c.notNull())
    .addColumn('content_type', 'text', (c) => c.notNull())
    .addColumn('bytes', 'integer', (c) => c.notNull())
    .addColumn('etag', 'text', (c) => c.notNull())
    .addColumn('picture', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('place_pictures_pk', ['customer', 'place_id'])
    .execute();
}
