import { authorize, type OperationContext } from '../context.ts';
import { removeDocument } from '../documents.ts';
import { announceWindows, lookAtWindowed } from './look-at-windowed.ts';

/** Removes the window; of the alerts that it suppressed, those that still stand are told now. */
export async function deleteMaintenanceWindow({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<void> {
  authorize(ctx, 'admin');
  const { id } = input;
  await removeDocument(ctx, 'maintenance-window', {
    id,
    refuseWhile: (tx) => lookAtWindowed(tx, ctx, id),
  });
  announceWindows(ctx);
}
