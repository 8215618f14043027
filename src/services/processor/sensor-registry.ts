import { VigieError } from '#domain/errors.ts';
import type { SensorRegistry } from '#operations/sensor/registry-port.ts';
import type { Processor } from './processor.ts';
import { closeAlert } from './reconcile.ts';
import { sensorRow } from './stages/admit.ts';

// Tested by: processor.test.ts

/** Makes and removes sensors in line with the readings that make them too. */
export function createSensorRegistry(
  processor: Processor,
  { sensorsPerCustomer }: { sensorsPerCustomer: number },
): SensorRegistry {
  return {
    register: ({ customer, sensor, audit }) =>
      processor.run((group) => {
        const { fleet, timers } = processor;
        if (fleet.find(customer, sensor.sensorId)) {
          throw new VigieError('conflict', `There is a sensor ${sensor.sensorId} already.`);
        }
        if (fleet.sensorsOf(customer).size >= sensorsPerCustomer) {
          throw new VigieError('sensor_limit', `There are ${sensorsPerCustomer} sensors already.`);
        }
        const entry = fleet.register(customer, sensor.sensorId, {
          registeredMs: group.nowMs,
          labels: sensor.labels,
        });
        entry.name = sensor.name;
        entry.location = sensor.location;
        entry.calibrationDateMs = sensor.calibrationDateMs ?? undefined;
        group.unit.newSensors.push({
          ...sensorRow(entry, group.nowMs),
          parent_id: sensor.parentId,
        });
        group.unit.audit.push(audit);
        for (const instance of entry.instances) timers.schedule(instance);
      }),

    async remove({ customer, sensorId, audit }) {
      let isFound = false;
      await processor.run((group) => {
        const entry = processor.fleet.find(customer, sensorId);
        if (entry === undefined) return;
        isFound = true;
        for (const instance of entry.instances) closeAlert(group, instance);
        processor.fleet.remove(entry);
        group.unit.removedSensors.push(entry.pk);
        group.unit.audit.push(audit);
      });
      return isFound;
    },
  };
}
