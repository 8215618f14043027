import { findSensor, seriesOfSensors } from '#storage/state/sensors.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import type { Group } from './group.ts';
import { applySensorRow, sensorFromRow } from './load.ts';
import type { Processor } from './processor.ts';
import { applyRules } from './reconcile.ts';

// Tested by: processor.test.ts, test/scale/roles.test.ts

/** Brings a sensor that people made, changed or removed, here or in another process, to what the store says of it. */
export async function takeOverSensor(
  group: Group,
  processor: Processor,
  { customer, sensorId, db }: { customer: string; sensorId: string; db: StateDb },
): Promise<void> {
  const { fleet, evaluator, timers } = processor;
  const book = fleet.bookOf(customer);
  if (book === undefined || !processor.owns(customer, sensorId)) return;
  // A sensor that a group under way has made is not in the store yet.
  await processor.settled();
  const row = await findSensor(db, { customer, sensorId });
  const before = fleet.find(customer, sensorId);
  // Removed, or removed and made again: what was known of it is gone; its alerts were closed with it.
  if (before !== undefined && before.pk !== row?.pk) fleet.remove(before);
  if (row === undefined) return;
  let sensor = fleet.find(customer, sensorId);
  if (sensor === undefined) {
    sensor = sensorFromRow(row);
    fleet.add(sensor);
  } else applySensorRow(sensor, row);
  for (const { id, unit } of (await seriesOfSensors(db, [row.pk])).get(row.pk) ?? []) {
    const series = fleet.seriesById(id);
    if (series) series.unit = unit;
  }
  applyRules(group, [sensor], { book, evaluator, timers });
  group.renewed.add(sensor);
}
