import { VigieError } from '#domain/errors.ts';
import { findPlacePicture } from '#storage/state/place-pictures.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';

/** The picture as it was sent. Throws `not_found` where there is no such place, or it has none. */
export async function getPicture({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<{ contentType: string; etag: string; file: Buffer }> {
  authorize(ctx, 'read');
  const { id } = input;
  const key = { customer: ctx.caller.customer, placeId: id };
  const row = await findPlacePicture(ctx.state.db, key);
  if (row === undefined) {
    await loadDocument(ctx, 'place', id);
    throw new VigieError('not_found', `The place ${id} has no picture.`);
  }
  const { content_type: contentType, etag, picture } = row;
  return { contentType, etag, file: Buffer.from(picture, 'base64') };
}
