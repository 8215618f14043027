import type { AuditRow } from '#storage/state/audit.ts';

/** A sensor as it is registered; times in ms. */
interface NewSensor {
  sensorId: string;
  name: string | null;
  location: string | null;
  labels: Record<string, string>;
  parentId: string | null;
  calibrationDateMs: number | null;
}

/**
 * The processor is the only one who makes sensors and gives out their keys, since readings register sensors
 * too. It writes the audit row in the same commit. Never call it inside a transaction of the state store: it
 * commits by itself and would wait for the transaction's end.
 */
export interface SensorRegistry {
  /** Resolves once durable. `VigieError`: `conflict` where the sensor exists, `sensor_limit`, or as a commit fails. */
  register(request: { customer: string; sensor: NewSensor; audit: AuditRow }): Promise<void>;
  /**
   * Removes the sensor, its series and what rules remember of it; its open alerts are cleared and stay in the list.
   * Samples stay until the retention removes them, out of reach: their series ids are never given out again.
   * False where there is no such sensor.
   */
  remove(request: { customer: string; sensorId: string; audit: AuditRow }): Promise<boolean>;
}
