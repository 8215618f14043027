interface HasSensor {
  sensor_id: string;
}

/**
 * Readings between two flushes. Up to `limit` are kept whole; of what comes beyond, the newest of each
 * sensor, up to `limit` sensors. People watch these: at rates that nobody can read, none the less every
 * sensor moves, and the number that was left out is told.
 */
export class PendingSamples<R extends HasSensor> {
  readonly #limit: number;
  #whole: R[] = [];
  #newest = new Map<string, R>();
  #skipped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(readings: readonly R[]): void {
    for (const reading of readings) {
      if (this.#whole.length < this.#limit) this.#whole.push(reading);
      else if (this.#newest.has(reading.sensor_id)) {
        this.#newest.set(reading.sensor_id, reading);
        this.#skipped += 1;
      } else if (this.#newest.size < this.#limit) this.#newest.set(reading.sensor_id, reading);
      else this.#skipped += 1;
    }
  }

  take(): { readings: R[]; skipped: number } {
    const taken = { readings: [...this.#whole, ...this.#newest.values()], skipped: this.#skipped };
    this.#whole = [];
    this.#newest = new Map();
    this.#skipped = 0;
    return taken;
  }
}
