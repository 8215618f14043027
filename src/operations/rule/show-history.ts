import { VigieError } from '#domain/errors.ts';
import { SeriesMerge } from '#engine/backtest/series-merge.ts';
import type { HistoryStore, SampleSlice } from '#storage/history-store.ts';
import type { SeriesTable } from '#storage/state/schema.ts';
import { WorkSlices } from './work-slices.ts';

// Tested by: backtest.test.ts

/** Stored times are whole microseconds. */
const NEXT_MS = 0.001;
/** Samples of a series asked for at once. */
const PAGE = 50_000;
const FIRST_STRETCH_MS = 6 * 3_600_000;
/** Enough to see how a sensor moves; they are put in order at once. */
const FIRST_SAMPLES = 20_000;

export interface Replay {
  history: HistoryStore;
  span: { fromMs: number; toMs: number };
  /** Ends the work with its reason. */
  signal: AbortSignal | undefined;
  /** How many samples may be read. */
  most: number;
  /** How far it has come, after every slice of the work: the time of the newest sample shown, and how many there were. */
  onSlice?: ((shown: { timeMs: number; samples: number }) => void) | undefined;
}

/**
 * Hands out what is stored of the series of a sensor as readings, in ascending time; answers how many samples there were.
 * Throws `invalid_request` where there are too many.
 */
export async function showHistory(
  series: readonly SeriesTable[],
  take: (timeMs: number, values: Float64Array) => void,
  { history, span, signal, most, onSlice }: Replay,
): Promise<number> {
  const merge = new SeriesMerge(series.length);
  const readers = series.map(({ id }) => new SeriesReader(history, { seriesId: id, ...span }));
  const slices = new WorkSlices();
  let samples = 0;
  for (let at = merge.wanted; at >= 0; at = merge.wanted) {
    signal?.throwIfAborted();
    const reader = readers[at]!;
    const part = await reader.next(slices.size);
    samples += part.count;
    if (samples > most) {
      const detail = 'There is too much to read; choose a shorter time or fewer sensors.';
      throw new VigieError('invalid_request', detail, { pointer: '/from' });
    }
    merge.give(at, part, reader.isAtEnd);
    await slices.run(part.count, () => merge.drain(take));
    if (part.count > 0) onSlice?.({ timeMs: part.timesMs[part.count - 1]!, samples });
  }
  return samples;
}

/** The first samples of a series, at least two where it has so many. */
export async function firstSamples(
  { id }: SeriesTable,
  { history, span }: Pick<Replay, 'history' | 'span'>,
): Promise<SampleSlice> {
  const reader = new SeriesReader(history, { seriesId: id, ...span });
  for (;;) {
    const part = await reader.next(FIRST_SAMPLES);
    if (part.count > 1 || reader.isAtEnd) return part;
  }
}

/**
 * One series in portions as small as wanted, of pages as large as a question to the store is worth. Each question is about a
 * stretch of time that holds about a page, since a store may sort all that it is asked about before it answers a part.
 */
class SeriesReader {
  readonly #history: HistoryStore;
  readonly #range: { seriesId: number; fromMs: number; toMs: number };
  #stretchMs = FIRST_STRETCH_MS;
  #page: SampleSlice = { count: 0, timesMs: new Float64Array(0), values: new Float64Array(0) };
  #at = 0;

  constructor(history: HistoryStore, range: { seriesId: number; fromMs: number; toMs: number }) {
    this.#history = history;
    this.#range = { ...range };
  }

  get isAtEnd(): boolean {
    return this.#at === this.#page.count && this.#range.fromMs >= this.#range.toMs;
  }

  /** May be empty before the end. */
  async next(most: number): Promise<SampleSlice> {
    if (this.#at === this.#page.count) await this.#ask();
    const { count, timesMs, values } = this.#page;
    const [from, to] = [this.#at, Math.min(count, this.#at + most)];
    this.#at = to;
    return {
      count: to - from,
      timesMs: timesMs.subarray(from, to),
      values: values.subarray(from, to),
    };
  }

  async #ask(): Promise<void> {
    const range = this.#range;
    const untilMs = Math.min(range.toMs, range.fromMs + this.#stretchMs);
    const page = await this.#history.samples({ ...range, toMs: untilMs, limit: PAGE });
    this.#page = page;
    this.#at = 0;
    if (page.count < PAGE) {
      range.fromMs = untilMs;
      if (page.count < PAGE / 4) this.#stretchMs *= 2;
    } else {
      const lastMs = page.timesMs[PAGE - 1]!;
      this.#stretchMs = Math.max(1, lastMs - range.fromMs);
      range.fromMs = lastMs + NEXT_MS;
    }
  }
}
