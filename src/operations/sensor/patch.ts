import { type Sensor, SensorPatch } from '#domain/sensor.ts';
import type { SensorsTable } from '#storage/state/schema.ts';
import { updateSensor } from '#storage/state/sensors.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { audited, authorize, type OperationContext } from '../context.ts';
import { inputTime } from '../input-times.ts';
import {
  checkParent,
  READ_ONLY,
  type SensorFields,
  withoutLastValues,
  writeUnits,
} from './sensor-input.ts';
import { knownSensor, viewSensor } from './sensor-view.ts';

// Tested by: sensor.test.ts

const check = inputCheck(SensorPatch, { ignore: READ_ONLY });
const MAX_LABELS = 64;

/** Changes what is given and leaves the rest (RFC 7396: null empties a field and removes a label). */
export async function patchSensor({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; body: unknown };
}): Promise<Sensor> {
  authorize(ctx, 'admin');
  const { customer } = ctx.caller;
  const { id } = input;
  const patch = check(withoutLastValues(input.body));
  const change = { action: 'sensor.patch', target: `sensor/${id}`, detail: patch };
  await audited(ctx, change, async (tx) => {
    const { row, series } = await knownSensor(tx, { customer, sensorId: id });
    const fields = patchedFields(row, patch);
    if (fields.parent_id !== row.parent_id) {
      await checkParent(tx, { customer, id, parentId: fields.parent_id });
    }
    await writeUnits(tx, series, patch.metrics);
    await updateSensor(tx, {
      pk: row.pk,
      record: { ...fields, updated_at: ctx.clock.now() },
    });
  });
  ctx.bus.publish('sensors.changed', { customer, sensorId: id });
  return viewSensor(ctx, id);
}

function patchedFields(row: SensorsTable, patch: SensorPatch): SensorFields {
  const calibration = inputTime(patch.calibration_date, '/calibration_date');
  return {
    name: patch.name === undefined ? row.name : patch.name,
    location: patch.location === undefined ? row.location : patch.location,
    labels: patchedLabels(row.labels, patch.labels),
    parent_id: patch.parent_id === undefined ? row.parent_id : patch.parent_id,
    calibration_date: calibration === undefined ? row.calibration_date : calibration,
  };
}

function patchedLabels(before: string, patch: SensorPatch['labels']): string {
  const merged = { ...(JSON.parse(before) as Record<string, string>), ...patch };
  const kept = Object.entries(merged).filter(([, value]) => value !== null);
  if (kept.length > MAX_LABELS) {
    throw refuse([{ pointer: '/labels', detail: `a sensor has at most ${MAX_LABELS} labels` }]);
  }
  return JSON.stringify(Object.fromEntries(kept));
}
