import { deletePlacePicture } from '#storage/state/place-pictures.ts';
import { authorize, type OperationContext } from '../context.ts';
import { removeDocument } from '../documents.ts';

/** Removes the place and its picture. */
export async function deletePlace({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { id } = input;
  const key = { customer: ctx.caller.customer, placeId: id };
  await removeDocument(ctx, 'place', { id, refuseWhile: (tx) => deletePlacePicture(tx, key) });
}
