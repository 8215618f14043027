import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { checkSameId, checkThingId } from '../path-id.ts';
import { announceWindows, lookAtWindowed } from './look-at-windowed.ts';
import { makeWindow, readWindowInput } from './window-input.ts';

/** Makes the window what is given, whole. Throws `precondition_failed` (see `writeDocument`). */
export async function putMaintenanceWindow({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown; ifMatch?: readonly string[] | undefined };
}): Promise<{ created: boolean; item: MaintenanceWindow }> {
  authorize(ctx, 'admin');
  const { id } = input;
  checkThingId(id);
  const window = readWindowInput(input.body);
  checkSameId(id, window.id);
  const result = await writeDocument<MaintenanceWindow>(ctx, {
    kind: 'maintenance-window',
    id,
    verb: 'put',
    detail: window,
    ifMatch: input.ifMatch,
    make: async (facts, tx) => {
      await lookAtWindowed(tx, ctx, facts.id);
      return makeWindow(window, facts);
    },
  });
  announceWindows(ctx);
  return result;
}
