import { suppressedByWindow } from '#engine/alarms/maintenance.ts';
import { lookAtSuppressedBy } from '#storage/state/alarms.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import type { OperationContext } from '../context.ts';

// Tested by: maintenance-window.test.ts

/** Has the notifier look at the alerts that a window suppresses: it may be another than before. */
export function lookAtWindowed(
  tx: StateTransaction,
  ctx: OperationContext,
  id: string,
): Promise<void> {
  const { customer } = ctx.caller;
  return lookAtSuppressedBy(tx, {
    customer,
    by: suppressedByWindow(id),
    nowMs: ctx.clock.now(),
  });
}

/** Who judges readings, and who tells, read the windows anew. */
export function announceWindows(ctx: OperationContext): void {
  const { customer } = ctx.caller;
  ctx.bus.publish('routing.changed', { customer });
  ctx.bus.publish('outbox.filled', { customer });
}
