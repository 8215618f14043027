import type { Policy } from '#domain/notification.ts';
import type { Page, PageQuery } from '#domain/page.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../documents.ts';

/** In the order of their ids. */
export function listPolicies({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: PageQuery;
}): Promise<Page<Policy>> {
  authorize(ctx, 'read');
  return pageOfDocuments<Policy>(ctx, 'policy', input);
}
