import type { Connection } from './duckdb.ts';
import { COUNT_UNMERGED, MERGE_SLICE, SLICE_RUNS, SORT_RECENT, timeOfShare } from './queries.ts';

// Tested by: loader.test.ts

/** In samples. */
export interface CompactorSizes {
  /** `recent` is sorted into `runs` from here on when loading is quiet, … */
  sortAt: number;
  /** … and from here on always. */
  sortAlwaysAt: number;
  /** `runs` are merged into `samples` from here on, when loading is quiet. */
  mergeAt: number;
  /** A long run is made of about so much, the oldest: it should not span so long a time that times rule nothing out. */
  mergeMax: number;
  /** Moved in one transaction, some tenths of a second. */
  slice: number;
}

export const COMPACTOR_SIZES: CompactorSizes = {
  sortAt: 2_000_000,
  sortAlwaysAt: 8_000_000,
  mergeAt: 8_000_000,
  mergeMax: 16_000_000,
  slice: 1_000_000,
};

/** A merge that is under way: of all samples before a time, a slice of the series after the other. */
interface Merge {
  beforeMs: number;
  /** The last series of each slice. */
  slices: number[];
  /** Where the next slice begins. */
  afterSeries: number;
}

/** A start that has nothing to load stays small for so long; then it tidies what the last end left. */
const SETTLE_MS = 60_000;
const BELOW_ALL_SERIES = -1;

/** Moves samples from `recent` over `runs` to `samples`, a step at a time, in the writing connection's turns. */
export class Compactor {
  readonly #connection: Connection;
  readonly #sizes: CompactorSizes;
  readonly #startedAt = performance.now();
  #recentRows = 0;
  #runRows = 0;
  #hasLoaded = false;
  #merge: Merge | undefined;

  constructor(connection: Connection, sizes: CompactorSizes) {
    this.#connection = connection;
    this.#sizes = sizes;
  }

  async start(): Promise<void> {
    const [recent, runs] = await this.#connection.columns(COUNT_UNMERGED, ['bigint', 'bigint']);
    this.#recentRows = recent?.[0] ?? 0;
    this.#runRows = runs?.[0] ?? 0;
  }

  loaded(table: 'recent' | 'runs', rows: number): void {
    this.#hasLoaded = true;
    if (table === 'recent') this.#recentRows += rows;
    else this.#runRows += rows;
  }

  /** Does one thing where one is due; answers whether there may be another. */
  async step(isQuiet: boolean): Promise<boolean> {
    const { sortAt, sortAlwaysAt, mergeAt } = this.#sizes;
    if (this.#recentRows >= (isQuiet ? sortAt : sortAlwaysAt)) {
      await this.#sortRecent();
      return true;
    }
    const mayMerge = this.#hasLoaded || performance.now() - this.#startedAt > SETTLE_MS;
    if (!isQuiet || !mayMerge) return false;
    if (!this.#merge && this.#runRows < mergeAt) return false;
    this.#merge ??= await this.#startMerge();
    await this.#mergeSlice(this.#merge);
    return true;
  }

  async #sortRecent(): Promise<void> {
    await this.#connection.transaction(async () => {
      for (const sql of SORT_RECENT) await this.#connection.run(sql);
    });
    this.#runRows += this.#recentRows;
    this.#recentRows = 0;
  }

  async #startMerge(): Promise<Merge> {
    const { mergeMax, slice } = this.#sizes;
    let beforeMs = Number.POSITIVE_INFINITY;
    // Where little would be left over, it goes along.
    if (this.#runRows > mergeMax * 1.5) {
      const sql = timeOfShare(mergeMax / this.#runRows);
      const [times] = await this.#connection.columns(sql, ['timestamp']);
      beforeMs = (times?.[0] ?? 0) + 1;
    }
    const [last] = await this.#connection.columns(
      SLICE_RUNS,
      ['integer'],
      [{ timeMs: beforeMs }, { int: slice }],
    );
    return { beforeMs, slices: [...(last ?? [])], afterSeries: BELOW_ALL_SERIES };
  }

  /** What is loaded into `runs` meanwhile goes along or waits for the next merge. */
  async #mergeSlice(merge: Merge): Promise<void> {
    const last = merge.slices[0];
    if (last !== undefined) {
      const range = [{ int: merge.afterSeries }, { int: last }, { timeMs: merge.beforeMs }];
      let moved = 0;
      await this.#connection.transaction(async () => {
        for (const sql of MERGE_SLICE) moved = await this.#connection.change(sql, range);
      });
      merge.slices.shift();
      merge.afterSeries = last;
      this.#runRows = Math.max(0, this.#runRows - moved);
    }
    if (merge.slices.length > 0) return;
    this.#merge = undefined;
    const [, runs] = await this.#connection.columns(COUNT_UNMERGED, ['bigint', 'bigint']);
    this.#runRows = runs?.[0] ?? 0;
  }
}
