import type { BucketSlice, SampleSlice, SeriesRange } from '../../history-store.ts';
import { type Connection, microsOf, type Parameter } from './duckdb.ts';
import { type Keys, keyLimits } from './keys.ts';
import {
  COUNT_ALL,
  CREATE_ASKED,
  SELECT_BOUNDS,
  SELECT_BUCKETS,
  SELECT_SAMPLES,
  SELECT_STORED,
} from './queries.ts';
import { appendKeys } from './row-appender.ts';

// Tested by: test/contract/history-store.test.ts

const NONE = new Float64Array(0);

function rangeParameters({ seriesId, fromMs, toMs }: SeriesRange): Parameter[] {
  return [{ int: seriesId }, { timeMs: fromMs }, { timeMs: toMs }];
}

export async function readSamples(
  connection: Connection,
  range: SeriesRange & { limit: number },
): Promise<SampleSlice> {
  const parameters = [...rangeParameters(range), { int: range.limit }];
  const [timesMs = NONE, values = NONE] = await connection.columns(
    SELECT_SAMPLES,
    ['timestamp', 'double'],
    parameters,
  );
  return { count: timesMs.length, timesMs, values };
}

export async function readBuckets(
  connection: Connection,
  range: SeriesRange & { intervalMs: number; limit: number },
): Promise<BucketSlice> {
  const intervalMicros = Math.max(1, microsOf(range.intervalMs));
  const [startsMs = NONE, min = NONE, mean = NONE, max = NONE, samples = NONE] =
    await connection.columns(
      SELECT_BUCKETS,
      ['timestamp', 'double', 'double', 'double', 'bigint'],
      [...rangeParameters(range), { int: range.limit }, { int: intervalMicros }],
    );
  return { count: startsMs.length, startsMs, min, mean, max, samples };
}

export async function readBounds(
  connection: Connection,
  range: SeriesRange,
): Promise<{ firstMs: number; lastMs: number } | undefined> {
  const [counts, firsts, lasts] = await connection.columns(
    SELECT_BOUNDS,
    ['bigint', 'timestamp', 'timestamp'],
    rangeParameters(range),
  );
  if (!counts?.[0]) return undefined;
  return { firstMs: firsts?.[0] ?? 0, lastMs: lasts?.[0] ?? 0 };
}

/** The value at each key, or NaN. */
export async function readStored(connection: Connection, keys: Keys): Promise<Float64Array> {
  const answer = new Float64Array(keys.series.length).fill(Number.NaN);
  if (keys.series.length === 0) return answer;
  await connection.run(CREATE_ASKED);
  await appendKeys(connection, 'asked', { ...keys, numbered: true });
  const [positions = NONE, values = NONE] = await connection.columns(
    SELECT_STORED,
    ['integer', 'double'],
    keyLimits(keys),
  );
  positions.forEach((position, i) => {
    answer[position] = values[i] ?? Number.NaN;
  });
  return answer;
}

export async function countSamples(connection: Connection): Promise<number> {
  const [counts] = await connection.columns(COUNT_ALL, ['bigint']);
  return counts?.[0] ?? 0;
}
