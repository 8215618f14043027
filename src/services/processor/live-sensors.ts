import type { SensorStatus } from '#domain/sensor.ts';
import type { LiveSensors } from '#operations/sensor/live-sensors.ts';
import type { Processor } from './processor.ts';

// Tested by: processor.test.ts

/** The newest values, from memory: no question about now has to wait for a store. */
export function createLiveSensors(processor: Processor): LiveSensors {
  return {
    get(customer, sensorId) {
      const sensor = processor.fleet.find(customer, sensorId);
      if (sensor?.lastReceivedMs === undefined) return undefined;
      const last = new Map<string, { timeMs: number; value: number }>();
      for (const { metric, lastTimeMs, lastValue } of sensor.series.values()) {
        if (!Number.isNaN(lastValue)) last.set(metric, { timeMs: lastTimeMs, value: lastValue });
      }
      const isSilent = sensor.instances.some(
        ({ rule, alert }) => rule.kind === 'silent' && alert !== undefined,
      );
      const status: SensorStatus = isSilent ? 'silent' : 'ok';
      return {
        lastSeenMs: sensor.lastSeenMs,
        cadenceMs: sensor.cadenceMs,
        skewMs: sensor.skewMs,
        status,
        last,
      };
    },
  };
}
