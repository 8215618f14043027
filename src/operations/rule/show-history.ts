import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { VigieError } from '#domain/errors.ts';
import { SeriesMerge } from '#engine/backtest/series-merge.ts';
import type { HistoryStore, SampleSlice } from '#storage/history-store.ts';
import type { SeriesTable } from '#storage/state/schema.ts';

// Tested by: backtest.test.ts

/** Stored times are whole microseconds. */
const NEXT_MS = 0.001;
/** Samples of a series asked for at once. */
const PAGE = 50_000;

export interface Replay {
  history: HistoryStore;
  span: { fromMs: number; toMs: number };
  /** Ends the work with its reason. */
  signal: AbortSignal | undefined;
  /** How many samples may be read. */
  most: number;
  /** Samples of a series that are handed out before others have their turn. */
  turn: number;
}

/**
 * Hands out what is stored of the series of a sensor as readings, in ascending time; answers how many samples there were.
 * Throws `invalid_request` where there are too many.
 */
export async function showHistory(
  series: readonly SeriesTable[],
  take: (timeMs: number, values: Float64Array) => void,
  { history, span, signal, most, turn }: Replay,
): Promise<number> {
  const merge = new SeriesMerge(series.length);
  const readers = series.map(({ id }) => new SeriesReader(history, { seriesId: id, ...span }));
  let samples = 0;
  for (let at = merge.wanted; at >= 0; at = merge.wanted) {
    signal?.throwIfAborted();
    const reader = readers[at]!;
    const part = await reader.next(turn);
    samples += part.count;
    if (samples > most) {
      const detail = 'There is too much to read; choose a shorter time or fewer sensors.';
      throw new VigieError('invalid_request', detail, { pointer: '/from' });
    }
    merge.give(at, part, reader.isAtEnd);
    merge.drain(take);
    await yieldToOthers();
  }
  return samples;
}

/** One series in portions as small as wanted, of pages as large as a question to the store is worth. */
class SeriesReader {
  readonly #history: HistoryStore;
  readonly #range: { seriesId: number; fromMs: number; toMs: number };
  #page: SampleSlice | undefined;
  #at = 0;

  constructor(history: HistoryStore, range: { seriesId: number; fromMs: number; toMs: number }) {
    this.#history = history;
    this.#range = { ...range };
  }

  get isAtEnd(): boolean {
    const page = this.#page;
    return page !== undefined && page.count < PAGE && this.#at === page.count;
  }

  async next(most: number): Promise<SampleSlice> {
    let page = this.#page;
    if (page === undefined || this.#at === page.count) {
      page = await this.#history.samples({ ...this.#range, limit: PAGE });
      if (page.count > 0) this.#range.fromMs = page.timesMs[page.count - 1]! + NEXT_MS;
      this.#page = page;
      this.#at = 0;
    }
    const [from, to] = [this.#at, Math.min(page.count, this.#at + most)];
    this.#at = to;
    return {
      count: to - from,
      timesMs: page.timesMs.subarray(from, to),
      values: page.values.subarray(from, to),
    };
  }
}
