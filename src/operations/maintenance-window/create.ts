import type { MaintenanceWindow } from '#domain/maintenance-window.ts';
import { uuidV7 } from '#platform/ids.ts';
import { authorize, type OperationContext } from '../context.ts';
import { writeDocument } from '../documents.ts';
import { announceWindows, lookAtWindowed } from './look-at-windowed.ts';
import { makeWindow, readWindowInput } from './window-input.ts';

/** Makes a window; without an id it is given one. Throws `conflict` where the id is taken. */
export async function createMaintenanceWindow({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<MaintenanceWindow> {
  authorize(ctx, 'admin');
  const window = readWindowInput(input);
  const { item } = await writeDocument<MaintenanceWindow>(ctx, {
    kind: 'maintenance-window',
    id: window.id ?? uuidV7(ctx.clock.now()),
    verb: 'create',
    detail: window,
    make: async (facts, tx) => {
      await lookAtWindowed(tx, ctx, facts.id);
      return makeWindow(window, facts);
    },
  });
  announceWindows(ctx);
  return item;
}
