import type {
  BucketSlice,
  LateSlice,
  PageOrder,
  SampleSlice,
  SeriesRange,
} from '../../history-store.ts';
import { type Connection, microsOf, type Parameter } from './duckdb.ts';
import { type Keys, keyLimits } from './keys.ts';
import {
  COUNT_ALL,
  CREATE_ASKED,
  SELECT_BOUNDS,
  SELECT_LATE,
  SELECT_STORED,
  selectBuckets,
  selectSamples,
} from './queries.ts';
import { appendKeys } from './row-appender.ts';
import { joinBuckets, joinSamples, type Look, readInStretches } from './stretches.ts';

// Tested by: test/contract/history-store.test.ts

const NONE = new Float64Array(0);

function rangeParameters({ seriesId, fromMs, toMs }: SeriesRange): Parameter[] {
  return [{ int: seriesId }, { timeMs: fromMs }, { timeMs: toMs }];
}

/** A stretch that holds few samples of most sensors, and is what is mostly asked for. */
const FIRST_STRETCH_MS = 2 * 86_400_000;
const SAMPLE_STEP_MS = 1;

export async function readSamples(
  connection: Connection,
  range: SeriesRange & PageOrder,
): Promise<SampleSlice> {
  const sql = selectSamples(range.descending);
  const parts = await readInStretches<SampleSlice>({
    range,
    firstMs: FIRST_STRETCH_MS,
    stepMs: SAMPLE_STEP_MS,
    look: (stretch) => look(connection, { ...range, ...stretch }),
    ask: async (stretch, limit) => {
      const parameters = [...rangeParameters({ ...range, ...stretch }), { int: limit }];
      const [timesMs = NONE, values = NONE] = await connection.columns(
        sql,
        ['timestamp', 'double'],
        parameters,
      );
      return { count: timesMs.length, timesMs, values };
    },
  });
  return joinSamples(parts);
}

export async function readBuckets(
  connection: Connection,
  range: SeriesRange & PageOrder & { intervalMs: number },
): Promise<BucketSlice> {
  const sql = selectBuckets(range.descending);
  const intervalMicros = Math.max(1, microsOf(range.intervalMs));
  const parts = await readInStretches<BucketSlice>({
    range,
    // As many as are wanted, where none is empty.
    firstMs: Math.max(FIRST_STRETCH_MS, range.limit * range.intervalMs),
    stepMs: intervalMicros / 1000,
    look: (stretch) => look(connection, { ...range, ...stretch }),
    ask: async (stretch, limit) => {
      const [startsMs = NONE, min = NONE, mean = NONE, max = NONE, samples = NONE] =
        await connection.columns(
          sql,
          ['timestamp', 'double', 'double', 'double', 'bigint'],
          [...rangeParameters({ ...range, ...stretch }), { int: limit }, { int: intervalMicros }],
        );
      return { count: startsMs.length, startsMs, min, mean, max, samples };
    },
  });
  return joinBuckets(parts);
}

export async function readLate(
  connection: Connection,
  range: SeriesRange & { intervalMs: number; lateAfterMs: number },
): Promise<LateSlice> {
  const [firstsMs = NONE, lastsMs = NONE, samples = NONE, longestMicros = NONE] =
    await connection.columns(
      SELECT_LATE,
      ['timestamp', 'timestamp', 'bigint', 'bigint'],
      [
        ...rangeParameters(range),
        { int: Math.max(1, microsOf(range.intervalMs)) },
        { int: microsOf(range.lateAfterMs) },
      ],
    );
  const longestMs = longestMicros.map((micros) => micros / 1000);
  return {
    ...{ count: firstsMs.length, firstsMs, lastsMs, samples, longestMs },
    fromMs: range.fromMs,
  };
}

export async function readBounds(
  connection: Connection,
  range: SeriesRange,
): Promise<{ firstMs: number; lastMs: number } | undefined> {
  const { count, firstMs, lastMs } = await look(connection, range);
  return count === 0 ? undefined : { firstMs, lastMs };
}

async function look(connection: Connection, range: SeriesRange): Promise<Look> {
  const [counts, firsts, lasts] = await connection.columns(
    SELECT_BOUNDS,
    ['bigint', 'timestamp', 'timestamp'],
    rangeParameters(range),
  );
  return { count: counts?.[0] ?? 0, firstMs: firsts?.[0] ?? 0, lastMs: lasts?.[0] ?? 0 };
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
