import type { Overview } from '#domain/overview.ts';
import { activeCounts, countReturnedUnseen, fleetCounts } from '#storage/state/overview-counts.ts';
import { authorize, type OperationContext } from '../context.ts';

/** How many sensors there are and how they fare, and how many alerts wait for somebody. */
export async function getOverview({ ctx }: { ctx: OperationContext }): Promise<Overview> {
  authorize(ctx, 'read');
  const { customer } = ctx.caller;
  const { db } = ctx.state;
  const nowMs = ctx.clock.now();
  const [fleet, active, unseen] = await Promise.all([
    fleetCounts(db, { customer, nowMs }),
    activeCounts(db, { customer, nowMs }),
    countReturnedUnseen(db, customer),
  ]);
  const sum = (fits: (one: (typeof active)[number]) => boolean) =>
    active.filter(fits).reduce((total, { count }) => total + count, 0);
  return {
    sensors: { total: fleet.total, silent: fleet.silent, out_of_service: fleet.outOfService },
    alerts: {
      info: sum(({ severity }) => severity === 'info'),
      warning: sum(({ severity }) => severity === 'warning'),
      critical: sum(({ severity }) => severity === 'critical'),
      unacknowledged: sum(({ acknowledged }) => !acknowledged) + unseen,
      shelved: sum(({ shelved }) => shelved),
    },
  };
}
