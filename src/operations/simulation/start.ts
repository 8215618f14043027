import { VigieError } from '#domain/errors.ts';
import { SIMULATED, type Simulation, SimulationInput } from '#domain/simulation.ts';
import { durationMs } from '#domain/time.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { createSensor } from '../sensor/create.ts';
import { getSensor } from '../sensor/get.ts';
import { returnToService, takeOutOfService } from '../sensor/out-of-service.ts';
import { getSimulation } from './get.ts';
import type { SimulatedSensor, Simulator } from './simulator-port.ts';

// Tested by: services/simulation/simulation.test.ts

const check = inputCheck(SimulationInput);
const SENSORS = 12;
const SHORTEST_MS = 1000;
const LONGEST_MS = 3_600_000;
const REASON = 'Simulated; the simulation is over.';

/**
 * Starts a simulated fleet, whose readings take the way of any others. Its sensors are registered first, those of an
 * earlier one come back into service. Throws `not_supported` in a process without a gateway, `invalid_state` while one
 * runs, `conflict` where a real sensor has the id of a simulated one.
 */
export async function startSimulation({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<Simulation> {
  authorize(ctx, 'admin');
  const simulator = simulatorOf(ctx);
  const { sensors: count = SENSORS, for: text = '10m' } = check(input);
  const forMs = durationMs(text);
  if (forMs < SHORTEST_MS || forMs > LONGEST_MS)
    throw refuse([{ pointer: '/for', detail: 'is not between 1s and 1h' }]);
  const { customer } = ctx.caller;
  if (simulator.find(customer) !== undefined)
    throw new VigieError('invalid_state', 'A simulation runs already; stop it first.');
  const sensors = simulator.sensors(count);
  for (const sensor of sensors) await prepareSensor(ctx, sensor);
  const change = { action: 'simulation.start', target: `simulation/${customer}` };
  await audited(ctx, { ...change, detail: { sensors: count, for: text } }, async () => undefined);
  const onEnded = () => retire(ctx, sensors);
  simulator.start({ customer, count, forMs, onEnded });
  return getSimulation({ ctx });
}

/** Throws `not_supported` where this process could not send. */
export function simulatorOf({ simulator }: OperationContext): Simulator {
  if (simulator !== undefined) return simulator;
  throw new VigieError(
    'not_supported',
    'This process has no gateway; ask one that has both roles, api and gateway.',
  );
}

async function prepareSensor(ctx: OperationContext, sensor: SimulatedSensor): Promise<void> {
  const labels = { [SIMULATED.name]: SIMULATED.value };
  try {
    await createSensor({ ctx, input: { ...sensor, labels } });
  } catch (error) {
    if (!isError(error, 'conflict')) throw error;
    const known = await getSensor({ ctx, input: { id: sensor.id } });
    if (known.labels[SIMULATED.name] !== SIMULATED.value) {
      throw new VigieError(
        'conflict',
        `There is a sensor ${sensor.id} that is not simulated: it has no label ${SIMULATED.name}=${SIMULATED.value}.`,
      );
    }
    // Whom somebody has taken out for a reason of their own stays out.
    if (known.out_of_service?.reason === REASON)
      await returnToService({ ctx, input: { id: sensor.id } });
  }
}

/** Sensors that nobody simulates any more fall silent: that is no news to wake anybody with. */
async function retire(ctx: OperationContext, sensors: readonly SimulatedSensor[]): Promise<void> {
  for (const { id } of sensors) {
    try {
      await takeOutOfService({ ctx, input: { id, body: { reason: REASON } } });
    } catch (error) {
      // It was removed while it sent.
      if (!isError(error, 'not_found')) throw error;
    }
  }
}

function isError(error: unknown, code: VigieError['code']): boolean {
  return error instanceof VigieError && error.code === code;
}
