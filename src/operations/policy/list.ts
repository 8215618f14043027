import type { Policy } from '#domain/notification.ts';
import type { Page, SearchQuery } from '#domain/page.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../document-pages.ts';

/** In the order of their ids. */
export function listPolicies({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: SearchQuery;
}): Promise<Page<Policy>> {
  authorize(ctx, 'read');
  return pageOfDocuments<Policy>(ctx, 'policy', input);
}
