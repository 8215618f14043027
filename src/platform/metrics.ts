import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { type CollectedMetric, DurationHistogram, LabelledCounter } from './metric-accumulators.ts';

/** What became of readings; plain numbers, to be added to on the hot path. `late` and `replaced` are within `accepted`. */
export interface ReadingTally {
  accepted: number;
  duplicate: number;
  rejected: number;
  late: number;
  replaced: number;
}

/** The event loop's lag is looked at so often; at the usual 10 ms that alone took 2 ms of CPU a second. */
const LAG_MS = 20;
const READING_OUTCOMES = ['accepted', 'duplicate', 'rejected', 'late', 'replaced'] as const;

type Collect = () => CollectedMetric['values'];

/**
 * The platform's own metrics. Counting is adding to numbers; only a scrape turns them into text.
 * One instance a process part; nothing here is global.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #tallies = new Map<string, ReadingTally>();
  /** Samples (values) that became durable. */
  readonly samples = { total: 0 };
  /** From the last byte of a request to its acknowledgement. */
  readonly readingToAck = new DurationHistogram();
  /** From the receipt of a reading to the first successful delivery that it brought about. */
  readonly readingToNotification = new DurationHistogram();
  /** One group commit. */
  readonly commit = new DurationHistogram();
  readonly deliveries = new LabelledCounter<'channel' | 'outcome'>();
  readonly alertChanges = new LabelledCounter<'change' | 'severity'>();
  /** `route` is the pattern, never the path, so that the number of label sets stays bounded. */
  readonly httpRequests = new LabelledCounter<'method' | 'route' | 'status'>();

  constructor(options: { processMetrics?: boolean } = {}) {
    this.#histogram(
      'vigie_reading_to_ack_seconds',
      'From the receipt of a request to its acknowledgement.',
      this.readingToAck,
    );
    this.#histogram(
      'vigie_reading_to_notification_seconds',
      'From the receipt of a reading to the first delivered notification.',
      this.readingToNotification,
    );
    this.#histogram('vigie_commit_seconds', 'Duration of a group commit.', this.commit);
    this.#register('counter', 'vigie_readings_total', {
      help: 'Readings by what became of them; late and replaced are counted within accepted.',
      collect: () => this.#collectTallies(),
    });
    this.#register('counter', 'vigie_samples_total', {
      help: 'Samples (values) stored.',
      collect: () => [{ labels: {}, value: this.samples.total }],
    });
    this.#register('counter', 'vigie_deliveries_total', {
      help: 'Attempts to deliver a notification.',
      collect: () => this.deliveries.collect(),
    });
    this.#register('counter', 'vigie_alert_changes_total', {
      help: 'Changes of alerts.',
      collect: () => this.alertChanges.collect(),
    });
    this.#register('counter', 'vigie_http_requests_total', {
      help: 'Requests to the API (readings apart).',
      collect: () => this.httpRequests.collect(),
    });
    if (options.processMetrics) {
      const eventLoopMonitoringPrecision = LAG_MS;
      collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision });
    }
  }

  /** The tally of one source; keep the object and add to its fields. */
  readings(source: string): ReadingTally {
    let tally = this.#tallies.get(source);
    if (tally === undefined) {
      tally = { accepted: 0, duplicate: 0, rejected: 0, late: 0, replaced: 0 };
      this.#tallies.set(source, tally);
    }
    return tally;
  }

  /** Readings accepted since the start, over all sources. */
  get readingsAccepted(): number {
    let sum = 0;
    for (const tally of this.#tallies.values()) sum += tally.accepted;
    return sum;
  }

  /** A gauge that is read at each scrape, such as `vigie_queue_depth` or `vigie_journal_backlog`. */
  watch(name: string, help: string, read: () => number): void {
    this.#register('gauge', name, { help, collect: () => [{ labels: {}, value: read() }] });
  }

  /** Everything in the Prometheus text format 0.0.4. */
  async render(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #histogram(name: string, help: string, histogram: DurationHistogram): void {
    this.#register('histogram', name, { help, collect: () => histogram.collect(name) });
  }

  #register(
    type: CollectedMetric['type'],
    name: string,
    about: { help: string; collect: Collect },
  ): void {
    const { help, collect } = about;
    const metric = {
      name,
      get: async (): Promise<CollectedMetric> => ({
        name,
        help,
        type,
        aggregator: 'sum',
        values: collect(),
      }),
    };
    // The registry asks only for `name` and `get()`; its types name its own classes.
    this.#registry.registerMetric(metric as unknown as Metric<string>);
  }

  #collectTallies(): CollectedMetric['values'] {
    return [...this.#tallies].flatMap(([source, tally]) =>
      READING_OUTCOMES.map((outcome) => ({ labels: { outcome, source }, value: tally[outcome] })),
    );
  }
}
