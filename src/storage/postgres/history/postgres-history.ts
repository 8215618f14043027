import type { Pool } from 'pg';
import { VigieError } from '#domain/errors.ts';
import type {
  BucketSlice,
  ExportRequest,
  HistoryStore,
  LateSlice,
  PageOrder,
  SampleSlice,
  SeriesRange,
} from '../../history-store.ts';
import type { Capabilities } from '../capabilities.ts';
import { engineMicros } from '../copy-rows.ts';
import { DAY_MS } from '../rollup-days.ts';
import { storageError } from '../storage-error.ts';
import { deleteBefore } from './delete-before.ts';
import { exportPieces } from './export.ts';
import { column, numberRows, timeColumn } from './number-rows.ts';
import {
  bucketsWithRollup,
  COUNT_ALL,
  INDEXED_LATE_MS,
  SELECT_BOUNDS,
  SELECT_NEWEST,
  SELECT_STORED,
  selectBuckets,
  selectLate,
  selectSamples,
} from './queries.ts';

// Tested by: test/scale/postgres-store.test.ts

/** Coarsest first: the first whose width divides the interval is read. */
const ROLLUPS = [
  { table: 'samples_1d', widthMs: DAY_MS },
  { table: 'samples_1h', widthMs: 3_600_000 },
  { table: 'samples_1m', widthMs: 60_000 },
] as const;
/** Without an index every sample of the series is looked at, and those of other series lie between them. */
const LONGEST_WITHOUT_INDEX_MS = 31 * DAY_MS;
const MOST_EXPORTS = 16;

/** The history in the tables that commits write: whoever has been acknowledged is seen at once. */
export class PostgresHistory implements HistoryStore {
  readonly #pool: Pool;
  readonly #capabilities: Capabilities;
  #exports = 0;
  #isClosed = false;

  constructor(pool: Pool, capabilities: Capabilities) {
    this.#pool = pool;
    this.#capabilities = capabilities;
  }

  async samples(range: SeriesRange & PageOrder): Promise<SampleSlice> {
    const rows = await this.#rows(selectSamples(range.descending), [
      ...parametersOf(range),
      range.limit,
    ]);
    return { count: rows.length, timesMs: timeColumn(rows, 0), values: column(rows, 1) };
  }

  async buckets(range: SeriesRange & PageOrder & { intervalMs: number }): Promise<BucketSlice> {
    const intervalMicros = Math.max(1, Math.round(range.intervalMs * 1000));
    const parameters = [...parametersOf(range), intervalMicros, range.limit];
    const rollup = ROLLUPS.find(({ widthMs }) => range.intervalMs % widthMs === 0);
    const firstDay = Math.ceil(range.fromMs / DAY_MS) * DAY_MS;
    const endDay = Math.floor(range.toMs / DAY_MS) * DAY_MS;
    const rows =
      rollup !== undefined && firstDay < endDay
        ? await this.#rows(bucketsWithRollup(rollup.table, range.descending), [
            ...parameters,
            engineMicros(firstDay),
            engineMicros(endDay),
          ])
        : await this.#rows(selectBuckets(range.descending), parameters);
    return {
      count: rows.length,
      startsMs: timeColumn(rows, 0),
      min: column(rows, 1),
      mean: column(rows, 2),
      max: column(rows, 3),
      samples: column(rows, 4),
    };
  }

  async late(range: SeriesRange & { intervalMs: number; lateAfterMs: number }): Promise<LateSlice> {
    const isIndexed = range.lateAfterMs >= INDEXED_LATE_MS;
    const fromMs = isIndexed
      ? range.fromMs
      : Math.max(range.fromMs, range.toMs - LONGEST_WITHOUT_INDEX_MS);
    const rows = await this.#rows(selectLate(isIndexed), [
      ...parametersOf({ ...range, fromMs }),
      Math.max(1, Math.round(range.intervalMs * 1000)),
      Math.round(range.lateAfterMs * 1000),
    ]);
    return {
      count: rows.length,
      firstsMs: timeColumn(rows, 0),
      lastsMs: timeColumn(rows, 1),
      samples: column(rows, 2),
      longestMs: timeColumn(rows, 3),
      fromMs,
    };
  }

  async bounds(range: SeriesRange): Promise<{ firstMs: number; lastMs: number } | undefined> {
    const [row] = (await this.#rows(SELECT_BOUNDS, parametersOf(range))) as (number | null)[][];
    const [firstMs, lastMs] = row ?? [];
    return firstMs == null || lastMs == null
      ? undefined
      : { firstMs: firstMs / 1000, lastMs: lastMs / 1000 };
  }

  async stored(series: Int32Array, timesMs: Float64Array): Promise<Float64Array> {
    const answer = new Float64Array(series.length).fill(Number.NaN);
    if (series.length === 0) return answer;
    const micros = Array.from(timesMs, engineMicros);
    const limits = micros.reduce(
      ([least, most], each) => [Math.min(least, each), Math.max(most, each)] as const,
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const,
    );
    const rows = await this.#rows(SELECT_STORED, [Array.from(series), micros, ...limits]);
    for (const [place, value] of rows) answer[place! - 1] = value!;
    return answer;
  }

  /** The newest sample of each series that has one from `fromMs` on. */
  async newest(
    seriesIds: readonly number[],
    fromMs: number,
  ): Promise<Map<number, { timeMs: number; value: number }>> {
    const rows = await this.#rows(SELECT_NEWEST, [seriesIds, bounded(fromMs)]);
    return new Map(
      rows.map(([series, timeMs, value]) => [series!, { timeMs: timeMs! / 1000, value: value! }]),
    );
  }

  async *export(request: ExportRequest): AsyncIterable<Uint8Array> {
    this.#checkOpen();
    if (this.#exports >= MOST_EXPORTS) {
      throw new VigieError('overloaded', 'Too many exports are under way.');
    }
    this.#exports++;
    try {
      yield* exportPieces(this.#pool, request);
    } catch (error) {
      throw storageError(error);
    } finally {
      this.#exports--;
    }
  }

  async deleteBefore(beforeMs: number): Promise<number> {
    this.#checkOpen();
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw storageError(error);
    });
    let fault: Error | undefined;
    try {
      return await deleteBefore(client, { beforeMs, capabilities: this.#capabilities });
    } catch (error) {
      fault = error as Error;
      throw storageError(error);
    } finally {
      client.release(fault);
    }
  }

  async count(): Promise<number> {
    const [row] = await this.#rows(COUNT_ALL, []);
    return row?.[0] ?? 0;
  }

  /** The pool is its maker's to end. */
  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new VigieError('shutting_down', 'The history is closed');
  }

  async #rows(text: string, values: readonly unknown[]): Promise<number[][]> {
    this.#checkOpen();
    try {
      return await numberRows(this.#pool, text, values);
    } catch (error) {
      throw storageError(error);
    }
  }
}

function parametersOf({ seriesId, fromMs, toMs }: SeriesRange): number[] {
  return [seriesId, bounded(fromMs), bounded(toMs)];
}

/** Times beyond what either side can hold mean "from the first" and "to the last". */
const MAX_TIME_MS = 8.64e15;
const FIRST_TIME_MS = Date.UTC(-4000, 0, 1);
function bounded(ms: number): number {
  return engineMicros(Math.min(Math.max(ms, FIRST_TIME_MS), MAX_TIME_MS));
}
