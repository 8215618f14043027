import type { OnCall } from '#domain/on-call.ts';
import type { Page, SearchQuery } from '#domain/page.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../document-pages.ts';

/** In the order of their ids. */
export function listOnCalls({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: SearchQuery;
}): Promise<Page<OnCall>> {
  authorize(ctx, 'read');
  return pageOfDocuments<OnCall>(ctx, 'on-call', input);
}
