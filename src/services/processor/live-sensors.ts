import type { LiveSensor, LiveSensors } from '#operations/sensor/live-sensors.ts';
import type { Processor } from './processor.ts';
import type { SensorEntry } from './sensor-entry.ts';

// Tested by: processor.test.ts

/** The newest values, from memory: no question about now has to wait for a store. */
export function createLiveSensors(processor: Processor): LiveSensors {
  return {
    async find(customer, sensors) {
      const found = new Map<string, LiveSensor>();
      for (const { sensor_id: sensorId } of sensors) {
        const live = liveSensor(processor.fleet.find(customer, sensorId));
        if (live) found.set(sensorId, live);
      }
      return found;
    },
  };
}

function liveSensor(sensor: SensorEntry | undefined): LiveSensor | undefined {
  if (sensor?.lastReceivedMs === undefined) return undefined;
  const last = new Map<string, { timeMs: number; value: number }>();
  for (const { metric, lastTimeMs, lastValue } of sensor.series.values()) {
    if (!Number.isNaN(lastValue)) last.set(metric, { timeMs: lastTimeMs, value: lastValue });
  }
  const isSilent = sensor.instances.some(
    ({ rule, alert }) => rule.kind === 'silent' && alert !== undefined,
  );
  return {
    lastSeenMs: sensor.lastSeenMs,
    cadenceMs: sensor.cadenceMs,
    skewMs: sensor.skewMs,
    status: isSilent ? 'silent' : 'ok',
    last,
  };
}
