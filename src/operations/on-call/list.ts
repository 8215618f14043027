import type { OnCall } from '#domain/on-call.ts';
import type { Page, PageQuery } from '#domain/page.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../documents.ts';

/** In the order of their ids. */
export function listOnCalls({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: PageQuery;
}): Promise<Page<OnCall>> {
  authorize(ctx, 'read');
  return pageOfDocuments<OnCall>(ctx, 'on-call', input);
}
