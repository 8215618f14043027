import type { Alert } from '#domain/alert.ts';
import { sensorNames } from '#storage/state/sensors.ts';
import type { OperationContext } from '../context.ts';

// Tested by: alert.test.ts

/** The alerts with what people call their sensors now; null where a sensor has no name, or is gone. */
export async function withSensorNames(
  ctx: OperationContext,
  alerts: readonly Alert[],
): Promise<Alert[]> {
  const sensorIds = alerts.map(({ sensor_id }) => sensor_id);
  const names = await sensorNames(ctx.state.db, { customer: ctx.caller.customer, sensorIds });
  return alerts.map((alert) => ({ ...alert, sensor_name: names.get(alert.sensor_id) ?? null }));
}
