/** What a `sample` event says (design section 8): one reading of one sensor. */
export interface LiveReading {
  sensor_id: string;
  timestamp: string;
  readings: Readonly<Record<string, number | null>>;
}

interface NewestValue {
  timeMs: number;
  value: number;
}
type Newest = ReadonlyMap<string, NewestValue>;

const NONE: Newest = new Map();
/** So many watched sensors are drawn in a frame: a burst of a hundred spreads over some frames and none is dropped. */
const MOST_PER_FRAME = 10;
/** Beyond this many sensors the oldest heard of are forgotten: a tab left open for weeks stays small. */
const MAX_SENSORS = 20_000;

/**
 * The newest value of each metric heard since the page opened, and who watches which sensor. Listeners are told
 * once a frame at most, however many readings came, and only those whose sensor changed; of a burst some wait for
 * the next frame.
 */
export class LiveSamples {
  readonly #newest = new Map<string, Newest>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #followers = new Set<(readings: readonly LiveReading[]) => void>();
  readonly #schedule: (run: () => void) => void;
  #arrived: LiveReading[] = [];
  /** Those that changed and whose watchers have not been told, in their order. */
  readonly #changed = new Set<string>();
  #isScheduled = false;

  constructor(schedule: (run: () => void) => void) {
    this.#schedule = schedule;
  }

  /** Takes one reading in; the newest by time stays, whatever the order of arrival. */
  add(reading: LiveReading): void {
    this.#arrived.push(reading);
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => this.#deliver());
  }

  /** By metric; the same object until something of this sensor changes. */
  newestOf(sensorId: string): Newest {
    return this.#newest.get(sensorId) ?? NONE;
  }

  /** Returns what ends the watch. */
  watch(sensorId: string, onChange: () => void): () => void {
    const watchers = this.#watchers.get(sensorId) ?? new Set();
    this.#watchers.set(sensorId, watchers.add(onChange));
    return () => {
      watchers.delete(onChange);
      if (watchers.size === 0) this.#watchers.delete(sensorId);
    };
  }

  /** Every reading, a frame's worth at a time (charts append them). Returns what ends it. */
  follow(onReadings: (readings: readonly LiveReading[]) => void): () => void {
    this.#followers.add(onReadings);
    return () => this.#followers.delete(onReadings);
  }

  #deliver(): void {
    this.#isScheduled = false;
    const readings = this.#arrived;
    this.#arrived = [];
    for (const reading of readings) {
      this.#take(reading);
      if (this.#watchers.has(reading.sensor_id)) this.#changed.add(reading.sensor_id);
    }
    this.#tellWatchers();
    if (readings.length > 0) for (const onReadings of this.#followers) onReadings(readings);
  }

  #tellWatchers(): void {
    let told = 0;
    for (const sensorId of this.#changed) {
      if (told === MOST_PER_FRAME) {
        this.#scheduleNext();
        return;
      }
      this.#changed.delete(sensorId);
      told += 1;
      for (const onChange of this.#watchers.get(sensorId) ?? []) onChange();
    }
  }

  #take({ sensor_id, timestamp, readings }: LiveReading): void {
    const timeMs = Date.parse(timestamp);
    const newest = new Map(this.#newest.get(sensor_id));
    for (const [metric, value] of Object.entries(readings)) {
      if (value === null || (newest.get(metric)?.timeMs ?? 0) > timeMs) continue;
      newest.set(metric, { timeMs, value });
    }
    // Last heard, last in the map: the first is the one to forget.
    this.#newest.delete(sensor_id);
    this.#newest.set(sensor_id, newest);
    if (this.#newest.size > MAX_SENSORS) {
      const [oldest] = this.#newest.keys();
      if (oldest !== undefined) this.#newest.delete(oldest);
    }
  }
}
