import type { Place, PlacePicture } from '#domain/place.ts';
import { describePlacePicture } from '#storage/state/place-pictures.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import { makePlace, readPlaceInput } from './place-input.ts';

/** Makes the place what is given, whole; its picture stays. Throws `precondition_failed` (see `writeDocument`). */
export function putPlace({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: Place }> {
  authorize(ctx, 'admin');
  const { id } = input;
  checkThingId(id);
  const place = readPlaceInput(input.body);
  checkSameId(id, place.id);
  const key = { customer: ctx.caller.customer, placeId: id };
  return writeDocument<Place>(ctx, {
    kind: 'place',
    id,
    verb: 'put',
    detail: place,
    ifMatch: input.ifMatch,
    make: async (facts, tx) => {
      const picture = await describePlacePicture(tx, key);
      return makePlace(place, facts, (picture as PlacePicture | undefined) ?? null);
    },
  });
}
