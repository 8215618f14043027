import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { bucketsWithRollup } from '#storage/postgres/history/queries.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { RollupKeeper } from '#storage/postgres/rollup-keeper.ts';
import { type RollOptions, rollPending } from '#storage/postgres/rollups.ts';
import type { SampleColumns } from '#storage/sample-columns.ts';
import { emptyUnit } from '#test/support/commit-units.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';

const log = createLogger({ level: 'silent' });
const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12);
const SERIES = [3, 1, 2];
/** Three months that are imported, each with a table for itself, then days with theirs. */
const IMPORT_FROM = Date.UTC(2026, 5, 1);
const IMPORT_TO = Date.UTC(2026, 8, 1);
let cluster: TestCluster;

async function open(): Promise<PostgresStorage> {
  const url = await cluster.createDatabase();
  const storage = await openPostgres({
    url,
    log,
    now: () => NOW,
    owner: 'test',
    useExtension: false,
  });
  onTestFinished(() => storage.close());
  return storage;
}

/** Quarters, whose sums are the same in any order; a sample every 37 minutes, none on each fifth day. */
function history(): SampleColumns {
  const rows: [number, number, number][] = [];
  for (let timeMs = IMPORT_FROM; timeMs < IMPORT_TO; timeMs += 37 * 60_000) {
    if (Math.floor(timeMs / DAY) % 5 === 0) continue;
    for (const series of SERIES)
      rows.push([series, timeMs, (((timeMs / 60_000) * series) % 401) / 4]);
  }
  for (let ago = 3; ago > 0; ago--) rows.push([1, NOW - ago * DAY, ago]);
  return columnsOf(rows);
}

function columnsOf(rows: [series: number, timeMs: number, value: number][]): SampleColumns {
  return {
    count: rows.length,
    series: Int32Array.from(rows, ([series]) => series),
    timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
    replacing: new Int32Array(),
  };
}

const roll = (storage: PostgresStorage, options: Partial<RollOptions> = {}): Promise<number> =>
  rollWatched(storage, options, () => undefined);

async function imported(): Promise<PostgresStorage> {
  const storage = await open();
  const shard = storage.shard(0, 'wait');
  onTestFinished(() => shard.close());
  await shard.commit(emptyUnit(1, history()), 0);
  return storage;
}

async function rollups(storage: PostgresStorage): Promise<unknown[][]> {
  const tables: unknown[][] = [];
  for (const table of ['samples_1m', 'samples_1h', 'samples_1d']) {
    const { rows } = await storage.pool.query(`SELECT * FROM ${table} ORDER BY series, time`);
    tables.push(rows);
  }
  return tables;
}

const doneDays = async (storage: PostgresStorage): Promise<number> =>
  (await storage.pool.query("SELECT count(*) AS n FROM rollup_days WHERE state = 'done'")).rows[0]
    .n;

/** How often samples are read for a rolling. */
async function reads(storage: PostgresStorage, options: Partial<RollOptions>): Promise<number> {
  let count = 0;
  await rollWatched(storage, options, (text) => {
    if (text.startsWith('INSERT INTO samples_1m')) count++;
  });
  return count;
}

/** With a look at every statement before it goes out. */
async function rollWatched(
  storage: PostgresStorage,
  options: Partial<RollOptions>,
  onStatement: (text: string) => void,
): Promise<number> {
  const client = await storage.pool.connect();
  const query = client.query.bind(client) as (...all: unknown[]) => unknown;
  client.query = ((statement: string | { text: string }, ...rest: unknown[]) => {
    onStatement(typeof statement === 'string' ? statement : statement.text);
    return query(statement, ...rest);
  }) as typeof client.query;
  try {
    const { signal } = new AbortController();
    const { capabilities } = storage;
    return await rollPending(client, { capabilities, nowMs: NOW, signal, ...options });
  } finally {
    client.query = query as typeof client.query;
    client.release();
  }
}

describe.skipIf(postgresObstacle !== undefined)('rolling up on plain PostgreSQL', () => {
  beforeAll(async () => {
    cluster = await createCluster({ shared_preload_libraries: "''" });
  });
  afterAll(() => cluster.remove());

  test('the days of a month in one pass are the same as day by day', async () => {
    const [byMonth, byDay] = [await imported(), await imported()];
    expect(await roll(byMonth)).toBe(30 + 31 + 31 + 3);
    expect(await roll(byDay, { mostBytes: 1 })).toBe(30 + 31 + 31 + 3);
    const expected = await rollups(byDay);
    const { series, timesMs: times, count } = history();
    expect(expected.map((rows) => rows.length)).toEqual([
      count,
      expect.any(Number),
      new Set(Array.from(times, (timeMs, at) => `${series[at]} ${Math.floor(timeMs / DAY)}`)).size,
    ]);
    expect(await rollups(byMonth)).toEqual(expected);
    expect(await doneDays(byMonth)).toBe(await doneDays(byDay));
  });

  test('a month is read once for all of its days, a large one by some days at once', async () => {
    const storage = await imported();
    expect(await reads(storage, {})).toBe(3 + 3);
    await storage.pool.query("UPDATE rollup_days SET state = 'dirty'");
    const { rows } = await storage.pool.query(
      "SELECT max(pg_relation_size(inhrelid)) AS bytes FROM pg_inherits WHERE inhparent = 'samples'::regclass",
    );
    const some = await reads(storage, { mostBytes: rows[0].bytes / 2 });
    expect(some).toBeGreaterThan(3 + 3);
    expect(some).toBeLessThan(3 * 4 + 3);
  });

  test('what is left after a stop is gone on with, and days that samples came to are done again together', async () => {
    const storage = await imported();
    const stopping = new AbortController();
    let commits = 0;
    const { signal } = stopping;
    // Told to stop while the first pass, of June, is under way: its second commit is the rollups'.
    const rolled = await rollWatched(storage, { signal }, (text) => {
      if (text === 'COMMIT' && ++commits === 2) stopping.abort();
    });
    expect(rolled).toBe(30);
    expect(await doneDays(storage)).toBe(30);
    expect(await roll(storage)).toBe(31 + 31 + 3);

    // Late: the 3rd and the 17th of July.
    const late = [2, 16].map((days) => Date.UTC(2026, 6, 1) + days * DAY + HOUR);
    const shard = storage.shard(0, 'take');
    onTestFinished(() => shard.close());
    await shard.commit(emptyUnit(2, columnsOf(late.map((timeMs) => [2, timeMs, 1000]))), 0);
    const untouched = await storage.pool.query(
      "SELECT ctid::text FROM samples_1h WHERE time >= '2026-07-04' AND time < '2026-07-17' ORDER BY series, time",
    );
    expect(await roll(storage)).toBe(2);
    const { rows } = await storage.pool.query(
      'SELECT time::text FROM samples_1d WHERE series = 2 AND max = 1000 ORDER BY time',
    );
    expect(rows.map(({ time }) => time.slice(0, 10))).toEqual(['2026-07-03', '2026-07-17']);
    const still = await storage.pool.query(
      "SELECT ctid::text FROM samples_1h WHERE time >= '2026-07-04' AND time < '2026-07-17' ORDER BY series, time",
    );
    expect(still.rows).toEqual(untouched.rows);
  });

  test('a stop does not wait for the pass under way, which leaves nothing behind', async () => {
    const storage = await imported();
    const blocker = await storage.pool.connect();
    const keeper = new RollupKeeper({ ...storage, now: () => NOW, log, firstMs: 0 });
    try {
      await blocker.query('BEGIN; LOCK TABLE samples_1m');
      keeper.start();
      await expect
        .poll(
          async () => {
            const { rows } = await storage.pool.query(
              "SELECT count(*) AS n FROM pg_locks WHERE relation = 'samples_1m'::regclass AND NOT granted",
            );
            return rows[0].n;
          },
          { timeout: 10_000 },
        )
        .toBe(1);
      await keeper.stop();
      // Still locked: nobody waited for that.
      expect(await doneDays(storage)).toBe(0);
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    expect(await rollups(storage)).toEqual([[], [], []]);
    expect(await roll(storage)).toBe(30 + 31 + 31 + 3);
  });

  test('a year of hours is answered by the index alone, and a day is found without reading all', async () => {
    const storage = await imported();
    await roll(storage);
    const client = await storage.pool.connect();
    try {
      // So small a table is read whole otherwise.
      await client.query(
        'BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off',
      );
      const micros = (ms: number) => (ms - Date.UTC(2000, 0, 1)) * 1000;
      const [from, to] = [micros(IMPORT_FROM), micros(IMPORT_TO)];
      const explained = await client.query(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${bucketsWithRollup('samples_1h')}`,
        [1, from, to, HOUR * 1000, 10_000, from, to],
      );
      const plan = JSON.stringify(explained.rows);
      expect(plan).toContain('"Node Type":"Index Only Scan"');
      expect(plan.match(/"Heap Fetches":\d+/g)).toEqual(['"Heap Fetches":0']);
      await client.query('ROLLBACK; BEGIN; SET LOCAL enable_seqscan = off');
      const day = await client.query(
        "EXPLAIN (FORMAT JSON) DELETE FROM samples_1m WHERE time >= '2026-07-04' AND time < '2026-07-05'",
      );
      expect(JSON.stringify(day.rows)).toContain('samples_1m_by_time');
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
  });
});
