import type { HistoryStore } from '../history-store.ts';

/** One group of samples as the processor commits it; `replacing` as in the journal. */
interface CommittedColumns {
  count: number;
  series: Int32Array;
  timesMs: Float64Array;
  values: Float64Array;
  replacing: Int32Array;
}

/** What an engine provides to be tested: an empty store, and a way to commit samples that it must then show. */
export interface HistoryHarness {
  history: HistoryStore;
  /** Resolves when the samples are durable, as the acknowledgement of readings does. */
  commit(columns: CommittedColumns, receivedMs: number): Promise<void>;
  /** Closes the store and removes what it left behind. */
  dispose(): Promise<void>;
}

export type Row = readonly [series: number, timeMs: number, value: number];

export const START = Date.UTC(2026, 10, 20);
export const RECEIVED = START + 3_600_000;
export const DAY = 86_400_000;
export const ALWAYS = { fromMs: START - 365 * DAY, toMs: START + 365 * DAY };

export function columnsOf(
  rows: readonly Row[],
  replacing: readonly number[] = [],
): CommittedColumns {
  return {
    count: rows.length,
    series: Int32Array.from(rows, (row) => row[0]),
    timesMs: Float64Array.from(rows, (row) => row[1]),
    values: Float64Array.from(rows, (row) => row[2]),
    replacing: Int32Array.from(replacing),
  };
}

/** Rows of one series, a second apart, with the given values. */
export function everySecond(series: number, values: readonly number[]): Row[] {
  return values.map((value, i) => [series, START + i * 1000, value]);
}
