import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import type { Page, SearchQuery } from '#domain/page.ts';
import { authorize, type OperationContext } from '../context.ts';
import { pageOfDocuments } from '../document-pages.ts';

/** In the order of their ids. */
export function listMaintenanceWindows({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: SearchQuery;
}): Promise<Page<MaintenanceWindow>> {
  authorize(ctx, 'read');
  return pageOfDocuments<MaintenanceWindow>(ctx, 'maintenance-window', input);
}
