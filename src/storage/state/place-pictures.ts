import type { PlacePicturesTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/state-store.contract.ts

export interface PlaceKey {
  customer: string;
  placeId: string;
}

/** With the picture itself, which may be large. */
export function findPlacePicture(
  db: StateDb | StateTransaction,
  { customer, placeId }: PlaceKey,
): Promise<PlacePicturesTable | undefined> {
  return db
    .selectFrom('place_pictures')
    .selectAll()
    .where('customer', '=', customer)
    .where('place_id', '=', placeId)
    .executeTakeFirst();
}

/** What is known of the picture, without it. */
export function describePlacePicture(
  db: StateDb | StateTransaction,
  { customer, placeId }: PlaceKey,
): Promise<Pick<PlacePicturesTable, 'content_type' | 'bytes' | 'etag'> | undefined> {
  return db
    .selectFrom('place_pictures')
    .select(['content_type', 'bytes', 'etag'])
    .where('customer', '=', customer)
    .where('place_id', '=', placeId)
    .executeTakeFirst();
}

/** Takes the place of the one that was there. */
export async function putPlacePicture(
  tx: StateTransaction,
  row: PlacePicturesTable,
): Promise<void> {
  const { content_type, bytes, etag, picture } = row;
  await tx
    .insertInto('place_pictures')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['customer', 'place_id'])
        .doUpdateSet({ content_type, bytes, etag, picture }),
    )
    .execute();
}

export async function deletePlacePicture(
  tx: StateTransaction,
  { customer, placeId }: PlaceKey,
): Promise<void> {
  await tx
    .deleteFrom('place_pictures')
    .where('customer', '=', customer)
    .where('place_id', '=', placeId)
    .execute();
}
