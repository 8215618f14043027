import type { Page, SearchQuery } from '#domain/page.ts';
import type { Template } from '#domain/template.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../document-pages.ts';

/** In the order of their ids. */
export function listTemplates({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: SearchQuery;
}): Promise<Page<Template>> {
  authorize(ctx, 'read');
  return pageOfDocuments<Template>(ctx, 'template', input);
}
