import type { Sensor, SensorInput } from '#domain/sensor.ts';
import { refuse } from '../check-input.ts';
import { auditRow, authorize, type OperationContext, tellChange } from '../context.ts';
import {
  checkParent,
  checkSensorId,
  readSensorInput,
  sensorFields,
  unknownMetric,
} from './sensor-input.ts';
import { viewSensor } from './sensor-view.ts';

/** Registers a sensor before its first reading. Throws `conflict` where the id is taken. */
export async function createSensor({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<Sensor> {
  authorize(ctx, 'admin');
  const sensor = readSensorInput(input);
  const { id } = sensor;
  if (id === undefined) throw refuse([{ pointer: '/id', detail: 'is missing' }]);
  await registerSensor(ctx, { ...sensor, id });
  return viewSensor(ctx, id);
}

export async function registerSensor(
  ctx: OperationContext,
  input: SensorInput & { id: string },
): Promise<void> {
  const { id } = input;
  const { customer } = ctx.caller;
  checkSensorId(id);
  const metrics = Object.keys(input.metrics ?? {});
  if (metrics.length > 0) throw refuse(metrics.map(unknownMetric));
  const fields = sensorFields(input);
  await checkParent(ctx.state.db, { customer, id, parentId: fields.parent_id });
  const change = { action: 'sensor.create', target: `sensor/${id}`, detail: input };
  await ctx.registry.register({
    customer,
    sensor: {
      sensorId: id,
      name: fields.name,
      location: fields.location,
      labels: input.labels ?? {},
      parentId: fields.parent_id,
      calibrationDateMs: fields.calibration_date,
    },
    audit: auditRow(ctx, change),
  });
  tellChange(ctx, change);
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
}
