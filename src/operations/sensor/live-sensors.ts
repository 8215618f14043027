import type { SensorStatus } from '#domain/sensor.ts';

/** What the processor knows of a sensor right now, in memory. */
export interface LiveSensor {
  /** Event time of its newest reading, ms. */
  lastSeenMs: number | undefined;
  /** Learned interval between readings, ms. */
  cadenceMs: number | undefined;
  /** Smoothed receipt minus event time, ms. */
  skewMs: number | undefined;
  status: SensorStatus;
  /** The newest value in event time of each metric that has one. */
  last: ReadonlyMap<string, { timeMs: number; value: number }>;
}

export interface LiveSensors {
  /** undefined where the sensor is not known or no reading has come since its registration. */
  get(customer: string, sensorId: string): LiveSensor | undefined;
}
