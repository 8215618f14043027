import type { Place } from '#domain/place.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';

export async function getPlace({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<Place> {
  authorize(ctx, 'read');
  return loadDocument<Place>(ctx, 'place', input.id);
}
