import type { Page, SearchQuery } from '#domain/page.ts';
import type { Place } from '#domain/place.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../document-pages.ts';

/** In the order of their ids. */
export function listPlaces({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: SearchQuery;
}): Promise<Page<Place>> {
  authorize(ctx, 'read');
  return pageOfDocuments<Place>(ctx, 'place', input);
}
