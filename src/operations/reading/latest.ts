import type { LatestAnswer } from '#domain/history.ts';
import { authorize, type OperationContext } from '../context.ts';
import { knownSensor, metricsView } from '../sensor/sensor-view.ts';

/** The newest value of each metric, from memory. */
export async function latestReadings({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<LatestAnswer> {
  authorize(ctx, 'read');
  const { customer } = ctx.caller;
  const { series } = await knownSensor(ctx.state.db, { customer, sensorId: input.id });
  return { sensor_id: input.id, metrics: metricsView(series, ctx.live.get(customer, input.id)) };
}
