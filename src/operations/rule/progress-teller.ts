import type { BacktestProgress } from '#domain/backtest.ts';

// Tested by: backtest.test.ts

/** Tells whoever asked how far a backtest has come, in seconds of history over all sensors. */
export class ProgressTeller {
  readonly #span: { fromMs: number; toMs: number };
  readonly #sensors: number;
  readonly #tell: ((progress: BacktestProgress) => void) | undefined;
  #samples = 0;

  constructor(
    { sensors, span }: { sensors: number; span: { fromMs: number; toMs: number } },
    tell: ((progress: BacktestProgress) => void) | undefined,
  ) {
    this.#sensors = sensors;
    this.#span = span;
    this.#tell = tell;
  }

  /** Of the sensor at this place in the list, up to this time; `samples` of all sensors. */
  replayed(place: number, timeMs: number, samples: number): void {
    const { fromMs, toMs } = this.#span;
    this.#samples = samples;
    const seconds = (toMs - fromMs) / 1000;
    const done = place * seconds + (timeMs - fromMs) / 1000;
    this.#tell?.({ phase: 'replay', done, total: this.#sensors * seconds, samples });
  }

  searched(done: number, total: number): void {
    this.#tell?.({ phase: 'suggestion', done, total, samples: this.#samples });
  }
}
