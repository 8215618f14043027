import { createHash } from 'node:crypto';
import { VigieError } from '#domain/errors.ts';
import { LARGEST_PICTURE, PICTURE_TYPES, type Place } from '#domain/place.ts';
import { findDocument } from '#storage/state/documents.ts';
import { putPlacePicture } from '#storage/state/place-pictures.ts';
import { authorize, type OperationContext } from '../context.ts';
import { noSuch, parseBody, writeDocument } from '../documents.ts';
import { pictureType } from './picture-type.ts';

/**
 * Gives the place this picture. What it is told by its first bytes, whatever its sender calls it: a file that a browser
 * would run (SVG, HTML) is refused. Throws `not_found`, `unsupported_media_type`,
 * `body_too_large`, `precondition_failed`.
 */
export async function putPicture({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; file: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<Place> {
  authorize(ctx, 'admin');
  const { id } = input;
  const file = Buffer.isBuffer(input.file) ? input.file : Buffer.alloc(0);
  const type = pictureType(file);
  if (type === undefined) {
    throw new VigieError(
      'unsupported_media_type',
      `The picture must be one of ${PICTURE_TYPES.join(', ')}.`,
    );
  }
  if (file.length > LARGEST_PICTURE) {
    throw new VigieError('body_too_large', `A picture has ${LARGEST_PICTURE} bytes at most.`);
  }
  const etag = createHash('sha256').update(file).digest('hex').slice(0, 32);
  const picture = { content_type: type, bytes: file.length, etag };
  const { customer } = ctx.caller;
  const { item } = await writeDocument<Place>(ctx, {
    kind: 'place',
    id,
    verb: 'put-picture',
    detail: picture,
    ifMatch: input.ifMatch,
    make: async ({ updated_at }, tx) => {
      const row = await findDocument(tx, { customer, kind: 'place', id });
      if (row === undefined) throw noSuch('place', id);
      const text = file.toString('base64');
      await putPlacePicture(tx, { customer, place_id: id, ...picture, picture: text });
      return { ...parseBody<Place>(row), picture, updated_at };
    },
  });
  return item;
}
