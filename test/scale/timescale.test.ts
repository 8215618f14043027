import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { rollPending } from '#storage/postgres/rollups.ts';
import type { SampleColumns } from '#storage/sample-columns.ts';
import { emptyUnit } from '#test/support/commit-units.ts';
import {
  createCluster,
  hasTimescale,
  postgresObstacle,
  type TestCluster,
} from '#test/support/postgres.ts';

const log = createLogger({ level: 'silent' });
const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** The policies go by the server's clock. */
const TODAY = Math.floor(Date.now() / DAY) * DAY;
const START = TODAY - 40 * DAY;
const ROLLUPS = ['samples_1m', 'samples_1h', 'samples_1d'];
let cluster: TestCluster;

async function open(url?: string): Promise<PostgresStorage> {
  const storage = await openPostgres({
    url: url ?? (await cluster.createDatabase()),
    log,
    now: Date.now,
    owner: 'test',
  });
  onTestFinished(() => storage.close());
  return storage;
}

type Row = [series: number, timeMs: number, value: number];

function columnsOf(rows: Row[]): SampleColumns {
  return {
    count: rows.length,
    series: Int32Array.from(rows, ([series]) => series),
    timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
    replacing: new Int32Array(),
  };
}

/** Samples of two series, one every 20 minutes, for 40 days; quarters, whose sums are the same in any order. */
async function filled() {
  const storage = await open();
  const shard = storage.shard(0, 'wait');
  onTestFinished(() => shard.close());
  let id = 0;
  const commit = (rows: Row[]) => shard.commit(emptyUnit(++id, columnsOf(rows)), 0);
  const rows: Row[] = [];
  for (let timeMs = START; timeMs < TODAY; timeMs += 20 * MINUTE) {
    rows.push([1, timeMs, ((timeMs / MINUTE) % 97) / 4], [2, timeMs, 1]);
  }
  await commit(rows);
  const roll = async () => {
    const client = await storage.pool.connect();
    try {
      const { signal } = new AbortController();
      const { capabilities } = storage;
      return await rollPending(client, { capabilities, nowMs: TODAY + 2 * HOUR, signal });
    } finally {
      client.release();
    }
  };
  const buckets = async (intervalMs: number, seriesId = 1) => {
    const range = { seriesId, fromMs: START, toMs: TODAY + DAY, intervalMs, limit: 10_000 };
    const slice = await storage.history.buckets(range);
    return Array.from(slice.startsMs, (startMs, at) => ({
      startMs,
      min: slice.min[at],
      mean: slice.mean[at],
      max: slice.max[at],
      samples: slice.samples[at],
    }));
  };
  return { storage, commit, roll, buckets };
}

/** What the extension does by itself twice a day. */
async function compress({ pool }: PostgresStorage): Promise<void> {
  const { rows } = await pool.query<{ job_id: number }>(
    "SELECT job_id FROM timescaledb_information.jobs WHERE proc_name = 'policy_compression' ORDER BY job_id",
  );
  expect(rows).toHaveLength(1 + ROLLUPS.length);
  for (const { job_id } of rows) await pool.query(`CALL run_job(${job_id})`);
}

/** Where the rows of the view $1 lie. */
const MATERIALIZED = `(SELECT materialization_hypertable_name
  FROM timescaledb_information.continuous_aggregates WHERE view_name = $1)`;

/** Of a rollup's chunks: the ends of those that are compressed, and of the others; ms. */
async function chunksOf({ pool }: PostgresStorage, view: string) {
  const { rows } = await pool.query<{ compressed: boolean; end: Date }>(
    `SELECT is_compressed AS compressed, range_end AS end
     FROM timescaledb_information.chunks WHERE hypertable_name = ${MATERIALIZED}`,
    [view],
  );
  const ends = (compressed: boolean) =>
    rows.filter((row) => row.compressed === compressed).map(({ end }) => end.getTime());
  return { compressed: ends(true), open: ends(false) };
}

/** Rows of a rollup's chunks that lie there uncompressed beside compressed ones. */
async function looseRows({ pool }: PostgresStorage, view: string): Promise<number> {
  const { rows } = await pool.query<{ chunk: string }>(
    `SELECT format('%I.%I', chunk_schema, chunk_name) AS chunk FROM timescaledb_information.chunks
     WHERE hypertable_name = ${MATERIALIZED} AND is_compressed`,
    [view],
  );
  let loose = 0;
  for (const { chunk } of rows) {
    const counted = await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ONLY ${chunk}`);
    loose += counted.rows[0]!.n;
  }
  return loose;
}

describe.skipIf(postgresObstacle !== undefined || !hasTimescale)('with TimescaleDB', () => {
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  test('rollups of old days are compressed, those of the days at hand are not, and answers stay', async () => {
    const { storage, roll, buckets } = await filled();
    const before = await Promise.all([MINUTE, HOUR, DAY].map((width) => buckets(width)));
    expect(await roll()).toBe(40);
    await compress(storage);
    for (const view of ROLLUPS) {
      const { compressed, open: uncompressed } = await chunksOf(storage, view);
      expect(compressed.length, view).toBeGreaterThanOrEqual(2);
      // A day is rolled up an hour after it is over: it must not lie in what is compressed.
      expect(Math.max(...compressed), view).toBeLessThanOrEqual(TODAY - 6 * DAY);
      expect(Math.max(...uncompressed), view).toBeGreaterThan(TODAY - DAY);
    }
    expect(await Promise.all([MINUTE, HOUR, DAY].map((width) => buckets(width)))).toEqual(before);
  });

  test('late samples are rolled up into compressed chunks, which the next run compresses again', async () => {
    const { storage, commit, roll, buckets } = await filled();
    await roll();
    await compress(storage);
    const untouched = await buckets(HOUR, 2);
    const [lateDay, lateHour] = [START + 5 * DAY, START + 5 * DAY + 7 * HOUR];
    await commit([
      [1, lateHour + 90_000, 5000],
      [1, lateHour + 95_000, -5000],
    ]);
    const shown = await Promise.all([MINUTE, HOUR, DAY].map((width) => buckets(width)));
    expect(await roll()).toBe(1);
    const rolled = await Promise.all([MINUTE, HOUR, DAY].map((width) => buckets(width)));
    expect(rolled).toEqual(shown);
    expect(rolled[0]!.find(({ startMs }) => startMs === lateHour + MINUTE)).toEqual({
      startMs: lateHour + MINUTE,
      min: -5000,
      mean: 0,
      max: 5000,
      samples: 2,
    });
    expect(rolled[2]!.find(({ startMs }) => startMs === lateDay)).toMatchObject({
      max: 5000,
      samples: 3 * 24 + 2,
    });
    expect(await buckets(HOUR, 2)).toEqual(untouched);
    // They are in the rollups themselves, not only in the samples that answered before.
    const { rows } = await storage.pool.query(
      'SELECT min, max, count FROM samples_1h WHERE series = 1 AND time = $1',
      [new Date(lateHour).toISOString()],
    );
    expect(rows).toEqual([{ min: -5000, max: 5000, count: 5 }]);

    expect(await looseRows(storage, 'samples_1m')).toBeGreaterThan(0);
    await compress(storage);
    expect(await looseRows(storage, 'samples_1m')).toBe(0);
    expect(await Promise.all([MINUTE, HOUR, DAY].map((width) => buckets(width)))).toEqual(rolled);
  });

  test('retention removes rollups, too, compressed or not', async () => {
    const { storage, roll, buckets } = await filled();
    await roll();
    await compress(storage);
    const cut = START + 25 * DAY;
    const kept = (await buckets(DAY)).filter(({ startMs }) => startMs >= cut);
    await storage.history.deleteBefore(cut);
    await roll();
    expect(await buckets(DAY)).toEqual(kept);
    for (const view of ROLLUPS) {
      const { rows } = await storage.pool.query<{ first: Date }>(
        `SELECT min(time) AS first FROM ${view}`,
      );
      // Whole chunks of ten days go at once; what is left of the first is gone with it.
      expect(rows[0]!.first.getTime(), view).toBeGreaterThan(cut - 10 * DAY);
    }
  });

  test('tables that were made without the extension are used on without it', async () => {
    const url = await cluster.createDatabase();
    const plain = await openPostgres({
      url,
      log,
      now: Date.now,
      owner: 'test',
      useExtension: false,
    });
    await plain.close();
    const storage = await open(url);
    expect(storage.capabilities.chunks).toBe(false);
    const shard = storage.shard(0, 'wait');
    onTestFinished(() => shard.close());
    await shard.commit(emptyUnit(1, columnsOf([[1, TODAY, 3]])), 0);
    expect(await storage.history.count()).toBe(1);
  });
});
