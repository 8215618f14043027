// Tested by: backtest-run.test.ts

/** Some samples of one series, in ascending time. */
export interface SamplePage {
  count: number;
  timesMs: Float64Array;
  values: Float64Array;
}

interface Lane {
  page: SamplePage;
  at: number;
  isEnded: boolean;
}

/** Puts the series of a sensor together again to readings, from pages of each; what has one time was one reading. */
export class SeriesMerge {
  readonly #lanes: Lane[];
  readonly #values: Float64Array;

  constructor(seriesCount: number) {
    const page = { count: 0, timesMs: new Float64Array(0), values: new Float64Array(0) };
    this.#lanes = Array.from({ length: seriesCount }, () => ({ page, at: 0, isEnded: false }));
    this.#values = new Float64Array(seriesCount);
  }

  /** A series whose next page is needed to go on; -1 at the end of all. */
  get wanted(): number {
    return this.#lanes.findIndex(({ page, at, isEnded }) => at === page.count && !isEnded);
  }

  give(series: number, page: SamplePage, isLast: boolean): void {
    this.#lanes[series] = { page, at: 0, isEnded: isLast };
  }

  /** Hands out readings until a page is wanted. The array is used again; NaN stands for what was not measured. */
  drain(take: (timeMs: number, values: Float64Array) => void): void {
    const values = this.#values;
    while (this.wanted === -1) {
      let timeMs = Number.POSITIVE_INFINITY;
      for (const { page, at } of this.#lanes) {
        if (at < page.count) timeMs = Math.min(timeMs, page.timesMs[at]!);
      }
      if (timeMs === Number.POSITIVE_INFINITY) return;
      for (let k = 0; k < values.length; k++) {
        const lane = this.#lanes[k]!;
        const isHere = lane.at < lane.page.count && lane.page.timesMs[lane.at] === timeMs;
        values[k] = isHere ? lane.page.values[lane.at++]! : Number.NaN;
      }
      take(timeMs, values);
    }
  }
}
