import type { LatestAnswer } from '#domain/history.ts';
import { authorize, type OperationContext } from '../context.ts';
import { knownSensor, metricsView } from '../sensor/sensor-view.ts';

/** The newest value of each metric. */
export async function latestReadings({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string };
}): Promise<LatestAnswer> {
  authorize(ctx, 'read');
  const { customer } = ctx.caller;
  const { row, series } = await knownSensor(ctx.state.db, { customer, sensorId: input.id });
  const live = await ctx.live.find(customer, [row]);
  return { sensor_id: input.id, metrics: metricsView(series, live.get(input.id)) };
}
