import type { Place } from '#domain/place.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { makePlace, readPlaceInput } from './place-input.ts';

/** Makes a place, without a picture; without an id it is given one. Throws `conflict` where the id is taken. */
export async function createPlace({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<Place> {
  authorize(ctx, 'admin');
  const place = readPlaceInput(input);
  const { item } = await writeDocument<Place>(ctx, {
    kind: 'place',
    id: place.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: place,
    make: (facts) => makePlace(place, facts, null),
  });
  return item;
}
