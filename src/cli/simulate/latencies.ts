import { createHistogram } from 'node:perf_hooks';

/** Percentiles in ms. */
export interface LatencySummary {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Latencies in bounded memory; each percentile is within 0.1 % of the exact one. */
export class Latencies {
  readonly #micros = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
  #max = 0;

  add(ms: number): void {
    const micros = Math.min(3_600_000_000, Math.max(1, Math.round(ms * 1000)));
    this.#micros.record(micros);
    this.#max = Math.max(this.#max, ms);
  }

  /** Nearest-rank percentiles: the smallest latency that so many percent do not exceed. */
  summary(): LatencySummary {
    const count = this.#micros.count;
    const at = (percent: number) => (count === 0 ? 0 : this.#micros.percentile(percent) / 1000);
    return { count, p50: at(50), p90: at(90), p99: at(99), max: this.#max };
  }
}
