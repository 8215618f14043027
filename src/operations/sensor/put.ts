import { VigieError } from '#domain/errors.ts';
import type { Sensor, SensorInput } from '#domain/sensor.ts';
import { findSensor, updateSensor } from '#storage/state/sensors.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { checkSameId } from '../path-id.ts';
import { registerSensor } from './create.ts';
import { checkParent, readSensorInput, sensorFields, writeUnits } from './sensor-input.ts';
import { knownSensor, viewSensor } from './sensor-view.ts';

/** Makes the sensor's record what is given, whole; registers it where it is not there. */
export async function putSensor({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown };
}): Promise<{ created: boolean; item: Sensor }> {
  authorize(ctx, 'admin');
  const { id } = input;
  const sensor = readSensorInput(input.body);
  checkSameId(id, sensor.id);
  const created = await registerIfAbsent(ctx, { ...sensor, id });
  if (!created) await replace(ctx, { ...sensor, id });
  return { created, item: await viewSensor(ctx, id) };
}

async function registerIfAbsent(
  ctx: OperationContext,
  sensor: SensorInput & { id: string },
): Promise<boolean> {
  const { customer } = ctx.caller;
  if (await findSensor(ctx.state.db, { customer, sensorId: sensor.id })) return false;
  try {
    await registerSensor(ctx, sensor);
    return true;
  } catch (error) {
    // A reading may have registered it meanwhile.
    if (error instanceof VigieError && error.code === 'conflict') return false;
    throw error;
  }
}

async function replace(ctx: OperationContext, sensor: SensorInput & { id: string }): Promise<void> {
  const { customer } = ctx.caller;
  const { id } = sensor;
  const fields = sensorFields(sensor);
  const change = { action: 'sensor.put', target: `sensor/${id}`, detail: sensor };
  await audited(ctx, change, async (tx) => {
    const { row, series } = await knownSensor(tx, { customer, sensorId: id });
    if (fields.parent_id !== row.parent_id) {
      await checkParent(tx, { customer, id, parentId: fields.parent_id });
    }
    await writeUnits(tx, series, sensor.metrics);
    await updateSensor(tx, {
      pk: row.pk,
      record: { ...fields, updated_at: ctx.clock.now() },
    });
  });
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
}
