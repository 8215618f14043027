import type { MaintenanceWindow, MaintenanceWindowView } from '#domain/maintenance-window.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';
import { viewWindow } from './window-input.ts';

/** The window, whether it is open, and its next occurrences. */
export async function getMaintenanceWindow({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<MaintenanceWindowView> {
  authorize(ctx, 'read');
  const window = await loadDocument<MaintenanceWindow>(ctx, 'maintenance-window', input.id);
  return viewWindow(window, ctx.clock.now());
}
