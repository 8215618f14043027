import type { SensorStatus } from '#domain/sensor.ts';

/** What is known of a sensor right now, by whoever judges its readings. */
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
  /** By `sensor_id`. Sensors that are not known, or of which no reading has come since their registration, are absent. */
  find(
    customer: string,
    sensors: readonly { pk: number; sensor_id: string }[],
  ): Promise<ReadonlyMap<string, LiveSensor>>;
}
