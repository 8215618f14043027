// Tested by: metrics.test.ts

/** Upper bounds in seconds, from 0.5 ms to half a minute. */
const LATENCY_BOUNDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

interface Sample {
  metricName?: string;
  labels: Record<string, string | number>;
  value: number;
}

/** What a registry asks of a metric when it is scraped. */
export interface CollectedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: 'sum';
  readonly values: Sample[];
}

/** A histogram of durations that costs a few array accesses an observation and no allocation. */
export class DurationHistogram {
  readonly #counts = new Float64Array(LATENCY_BOUNDS.length + 1);
  #sum = 0;

  /** `times`: how many observations had this value. */
  observe(seconds: number, times = 1): void {
    let i = 0;
    while (i < LATENCY_BOUNDS.length && seconds > (LATENCY_BOUNDS[i] as number)) i += 1;
    this.#counts[i] = (this.#counts[i] as number) + times;
    this.#sum += seconds * times;
  }

  /** The cumulative form of the Prometheus text format. */
  collect(name: string): Sample[] {
    const values: Sample[] = [];
    let total = 0;
    LATENCY_BOUNDS.forEach((bound, i) => {
      total += this.#counts[i] as number;
      values.push({ metricName: `${name}_bucket`, labels: { le: bound }, value: total });
    });
    total += this.#counts[LATENCY_BOUNDS.length] as number;
    values.push({ metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: total });
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum });
    values.push({ metricName: `${name}_count`, labels: {}, value: total });
    return values;
  }
}

/** Counters by label values; the number of label sets is bounded by who calls it. */
export class LabelledCounter<L extends string> {
  readonly #byKey = new Map<string, Sample>();

  add(labels: Readonly<Record<L, string>>, amount = 1): void {
    const key = JSON.stringify(labels);
    const entry = this.#byKey.get(key);
    if (entry) entry.value += amount;
    else this.#byKey.set(key, { labels: { ...labels }, value: amount });
  }

  collect(): Sample[] {
    return [...this.#byKey.values()].map(({ labels, value }) => ({ labels, value }));
  }
}
