import { partitionOf, recordKey } from '#domain/partition-hash.ts';

/** Emptied when it holds so many, so that hostile senders cannot fill the memory. */
const MAX_KEYS = 1 << 18;

export interface KnownKey {
  key: Buffer;
  partition: number;
  /** How every value of this sensor begins. */
  head: string;
}

/** Key and partition of each sensor, worked out once. */
export class KeyBook {
  readonly #partitions: number;
  readonly #customers = new Map<string, Map<string, KnownKey>>();
  #size = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  find(customer: string, sensorId: string): KnownKey {
    let sensors = this.#customers.get(customer);
    const known = sensors?.get(sensorId);
    if (known !== undefined) return known;
    if (this.#size >= MAX_KEYS) {
      this.#customers.clear();
      this.#size = 0;
      sensors = undefined;
    }
    if (sensors === undefined) {
      sensors = new Map();
      this.#customers.set(customer, sensors);
    }
    const key = Buffer.from(recordKey(customer, sensorId));
    const head = `{"sensor_id":"${sensorId}","timestamp":"`;
    const entry = { key, partition: partitionOf(key, this.#partitions), head };
    sensors.set(sensorId, entry);
    this.#size++;
    return entry;
  }
}
