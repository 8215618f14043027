import type { StormWatch } from '#engine/alarms/storm-watch.ts';
import { GrowingIds, type Ids } from './ids.ts';
import { attachRules, type RuleBook } from './rule-book.ts';
import { LastSamples, SensorEntry, SeriesEntry } from './sensor-entry.ts';

// Tested by: processor.test.ts

/** Every sensor and series in memory, by customer. */
export class Fleet {
  /** By customer. */
  readonly storms = new Map<string, StormWatch>();
  readonly #byCustomer = new Map<string, Map<string, SensorEntry>>();
  /** By id; ids are given one after the other, so there are few gaps. */
  readonly #series: (SeriesEntry | undefined)[] = [];
  /** One string for each metric, however many sensors have it. */
  readonly #metrics = new Map<string, string>();
  readonly last = new LastSamples();
  readonly #books = new Map<string, RuleBook>();
  readonly sensorIds: Ids;
  readonly seriesIds: Ids;

  /** Ids grow where the processor is their only author. */
  constructor(ids: () => Ids = () => new GrowingIds()) {
    this.sensorIds = ids();
    this.seriesIds = ids();
  }

  get sensorCount(): number {
    let count = 0;
    for (const sensors of this.#byCustomer.values()) count += sensors.size;
    return count;
  }

  customers(): string[] {
    return [...this.#byCustomer.keys()];
  }

  sensorsOf(customer: string): Map<string, SensorEntry> {
    let sensors = this.#byCustomer.get(customer);
    if (sensors === undefined) {
      sensors = new Map();
      this.#byCustomer.set(customer, sensors);
    }
    return sensors;
  }

  *all(): IterableIterator<SensorEntry> {
    for (const sensors of this.#byCustomer.values()) yield* sensors.values();
  }

  find(customer: string, sensorId: string): SensorEntry | undefined {
    return this.#byCustomer.get(customer)?.get(sensorId);
  }

  seriesById(seriesId: number): SeriesEntry | undefined {
    return this.#series[seriesId];
  }

  setBook(customer: string, book: RuleBook): void {
    this.#books.set(customer, book);
  }

  bookOf(customer: string): RuleBook | undefined {
    return this.#books.get(customer);
  }

  /** A sensor that was not known; the caller writes its row. */
  register(
    customer: string,
    sensorId: string,
    { registeredMs, labels = {} }: { registeredMs: number; labels?: Record<string, string> },
  ): SensorEntry {
    const sensor = new SensorEntry(this.sensorIds.next(), customer, sensorId);
    sensor.registeredMs = registeredMs;
    sensor.labels = labels;
    this.add(sensor);
    const book = this.#books.get(customer);
    if (book) attachRules(sensor, book);
    return sensor;
  }

  /** A sensor as stored. */
  add(sensor: SensorEntry): void {
    this.sensorsOf(sensor.customer).set(sensor.sensorId, sensor);
    this.sensorIds.taken(sensor.pk);
  }

  remove(sensor: SensorEntry): void {
    this.sensorsOf(sensor.customer).delete(sensor.sensorId);
    for (const series of sensor.series.values()) this.#series[series.id] = undefined;
    for (const instance of sensor.instances) instance.isRetired = true;
  }

  /** A metric that the sensor did not have; the caller writes its row. */
  addSeries(sensor: SensorEntry, metric: string, unit: string | null): SeriesEntry {
    return this.addStoredSeries(sensor, { id: this.seriesIds.next(), metric, unit });
  }

  addStoredSeries(
    sensor: SensorEntry,
    row: { id: number; metric: string; unit: string | null },
  ): SeriesEntry {
    const metric = this.#metrics.get(row.metric) ?? row.metric;
    this.#metrics.set(metric, metric);
    const series = new SeriesEntry(sensor, { ...row, metric }, this.last);
    sensor.series.set(metric, series);
    this.#series[series.id] = series;
    this.seriesIds.taken(series.id);
    sensor.forgetShape();
    return series;
  }
}
