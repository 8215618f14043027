import { VigieError } from '#domain/errors.ts';
import { sensorHash } from '#domain/partition-hash.ts';
import { closeAlertsOfSensor } from '#storage/state/alerts.ts';
import { insertAudit } from '#storage/state/audit.ts';
import { countSensors, findSensor, insertSensor, removeSensor } from '#storage/state/sensors.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { SensorRegistry } from './registry-port.ts';

// Tested by: test/scale/roles.test.ts

/**
 * Makes and removes sensors in the store, for processes that judge no readings or only some. Whoever judges the
 * sensor's readings follows, told by the audit entry.
 */
export function createStoredRegistry({
  state,
  sensorsPerCustomer,
  reservePk,
}: {
  state: StateStore;
  sensorsPerCustomer: number;
  reservePk(): Promise<number>;
}): SensorRegistry {
  return {
    async register({ customer, sensor, audit }) {
      const pk = await reservePk();
      await state.transaction(async (tx) => {
        if (await findSensor(tx, { customer, sensorId: sensor.sensorId })) {
          throw new VigieError('conflict', `There is a sensor ${sensor.sensorId} already.`);
        }
        if ((await countSensors(tx, customer)) >= sensorsPerCustomer) {
          throw new VigieError('sensor_limit', `There are ${sensorsPerCustomer} sensors already.`);
        }
        await insertSensor(tx, {
          pk,
          customer,
          sensor_id: sensor.sensorId,
          name: sensor.name,
          location: sensor.location,
          labels: JSON.stringify(sensor.labels),
          parent_id: sensor.parentId,
          calibration_date: sensor.calibrationDateMs,
          update_within: null,
          out_of_service: null,
          key_hash: sensorHash(customer, sensor.sensorId),
          registered_at: audit.at,
          updated_at: audit.at,
        });
        await insertAudit(tx, audit);
      });
    },

    remove({ customer, sensorId, audit }) {
      return state.transaction(async (tx) => {
        const row = await findSensor(tx, { customer, sensorId });
        if (row === undefined) return false;
        await closeAlertsOfSensor(tx, { sensorPk: row.pk, atMs: audit.at, by: audit.who });
        await removeSensor(tx, row.pk);
        await insertAudit(tx, audit);
        return true;
      });
    },
  };
}
