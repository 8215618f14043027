import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { bucketsWithRollup } from '#storage/postgres/history/queries.ts';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { rollPending } from '#storage/postgres/rollups.ts';
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

async function roll(storage: PostgresStorage): Promise<number> {
  const client = await storage.pool.connect();
  try {
    const { signal } = new AbortController();
    return await rollPending(client, { capabilities: storage.capabilities, nowMs: NOW, signal });
  } finally {
    client.release();
  }
}

async function imported(): Promise<PostgresStorage> {
  const storage = await open();
  const shard = storage.shard(0, 'wait');
  onTestFinished(() => shard.close());
  await shard.commit(emptyUnit(1, history()), 0);
  return storage;
}

describe.skipIf(postgresObstacle !== undefined)('rolling up on plain PostgreSQL', () => {
  beforeAll(async () => {
    cluster = await createCluster({ shared_preload_libraries: "''" });
  });
  afterAll(() => cluster.remove());

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
