import type { Simulation } from '#domain/simulation.ts';
import { formatTimeOrNull } from '#domain/time.ts';
import { authorize, type OperationContext } from '../context.ts';

// Tested by: services/simulation/simulation.test.ts

/** Whether the caller's simulated fleet sends, as far as this process knows. */
export async function getSimulation({ ctx }: { ctx: OperationContext }): Promise<Simulation> {
  authorize(ctx, 'read');
  const run = ctx.simulator?.find(ctx.caller.customer);
  return {
    is_available: ctx.simulator !== undefined,
    is_running: run !== undefined,
    sensors: [...(run?.sensorIds ?? [])],
    readings_sent: run?.sent ?? 0,
    started_at: formatTimeOrNull(run?.startedMs),
    ends_at: formatTimeOrNull(run?.endsMs),
  };
}
