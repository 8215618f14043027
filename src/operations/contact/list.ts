import type { Contact } from '#domain/notification.ts';
import type { Page, SearchQuery } from '#domain/page.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../document-pages.ts';
import { withFailures } from './with-failures.ts';

/** In the order of their ids. */
export async function listContacts({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: SearchQuery;
}): Promise<Page<Contact>> {
  authorize(ctx, 'read');
  const page = await pageOfDocuments<Contact>(ctx, 'contact', input);
  return { ...page, items: await withFailures(ctx, page.items) };
}
