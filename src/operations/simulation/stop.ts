import { audited, authorize, type OperationContext } from '../context.ts';
import { simulatorOf } from './start.ts';

// Tested by: services/simulation/simulation.test.ts

/** Ends the caller's simulated fleet, where one runs here; its sensors stay, out of service. Throws `not_supported`. */
export async function stopSimulation({ ctx }: { ctx: OperationContext }): Promise<void> {
  authorize(ctx, 'admin');
  const simulator = simulatorOf(ctx);
  const { customer } = ctx.caller;
  if (simulator.find(customer) === undefined) return;
  const change = { action: 'simulation.stop', target: `simulation/${customer}` };
  await simulator.stop(customer);
  // Afterwards: who hears of it asks, and must not be told that it still runs.
  await audited(ctx, change, () => Promise.resolve());
}
