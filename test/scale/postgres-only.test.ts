import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { withLease } from '#storage/postgres/lease.ts';
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
const NOW = Date.UTC(2026, 10, 25, 12);
const TODAY = Date.UTC(2026, 10, 25);
let cluster: TestCluster;

async function open(url: string, useExtension = false): Promise<PostgresStorage> {
  const storage = await openPostgres({ url, log, now: () => NOW, owner: 'test', useExtension });
  onTestFinished(() => storage.close());
  return storage;
}

function columnsOf(
  rows: [series: number, timeMs: number, value: number][],
  replacing: number[] = [],
): SampleColumns {
  return {
    count: rows.length,
    series: Int32Array.from(rows, ([series]) => series),
    timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
    replacing: Int32Array.from(replacing),
  };
}

describe.skipIf(postgresObstacle !== undefined)('what only this engine does', () => {
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  test('the schema is made once, however many processes start together', async () => {
    const url = await cluster.createDatabase();
    const all = await Promise.all(Array.from({ length: 6 }, () => open(url)));
    const { rows } = await all[0]!.pool.query('SELECT name FROM readings_migration ORDER BY name');
    expect(rows.map(({ name }) => name)).toEqual([
      '0001-readings',
      '0002-processes',
      '0003-published',
      '0004-rollup-indexes',
      '0005-compressed-rollups',
      '0006-late-index',
    ]);
  });

  for (const useExtension of hasTimescale ? [false, true] : [false]) {
    describe(useExtension ? 'rollups by the extension' : 'rollups that the platform keeps', () => {
      async function threeDays() {
        const storage = await open(await cluster.createDatabase(), useExtension);
        const shard = storage.shard(0, 'wait');
        onTestFinished(() => shard.close());
        let id = 0;
        const commit = (rows: [number, number, number][], replacing: number[] = []) =>
          shard.commit(emptyUnit(++id, columnsOf(rows, replacing)), 0);
        const start = TODAY - 3 * DAY;
        // A sample every 100 s for three and a half days, of two series.
        const times = Array.from({ length: (3.5 * DAY) / 100_000 }, (_, k) => start + k * 100_000);
        await commit(
          times.flatMap((timeMs, k) => [
            [1, timeMs, k % 97] as [number, number, number],
            [2, timeMs, 1],
          ]),
        );
        const roll = async () => {
          const client = await storage.pool.connect();
          try {
            const signal = new AbortController().signal;
            return await rollPending(client, {
              capabilities: storage.capabilities,
              nowMs: NOW,
              signal,
            });
          } finally {
            client.release();
          }
        };
        const buckets = async (intervalMs: number, fromMs = start + HOUR / 2) => {
          const range = { seriesId: 1, fromMs, toMs: NOW, intervalMs, limit: 10_000 };
          const slice = await storage.history.buckets(range);
          return Array.from(slice.startsMs, (startMs, at) => [
            startMs,
            slice.min[at],
            slice.mean[at]!.toFixed(9),
            slice.max[at],
            slice.samples[at],
          ]);
        };
        return { storage, commit, roll, buckets, start };
      }

      test('answers are the same before and after days are rolled up, at every width and for cut days', async () => {
        const { roll, buckets } = await threeDays();
        const widths = [60_000, 5 * 60_000, HOUR, 6 * HOUR, DAY, 7 * 60_000, 1500];
        const before = await Promise.all(widths.map((width) => buckets(width)));
        expect(await roll()).toBe(3);
        const after = await Promise.all(widths.map((width) => buckets(width)));
        expect(after).toEqual(before);
        expect(await roll()).toBe(0);
      });

      test('rollups are read: what is taken from under them does not show in the days that are done', async () => {
        const { storage, roll, buckets, start } = await threeDays();
        await roll();
        const before = await buckets(DAY, start);
        await storage.pool.query('DELETE FROM samples WHERE time < $1', [
          new Date(TODAY).toISOString(),
        ]);
        expect(await buckets(DAY, start)).toEqual(before);
      });

      test('a late sample shows at once, and its day is rolled up again', async () => {
        const { storage, commit, roll, buckets, start } = await threeDays();
        await roll();
        await commit([[1, start + DAY + 50_000, 1000]]);
        const shown = await buckets(HOUR, start);
        expect(shown.find(([startMs]) => startMs === start + DAY)?.[3]).toBe(1000);
        const states = async () =>
          (await storage.pool.query('SELECT state FROM rollup_days ORDER BY day')).rows.map(
            ({ state }) => state,
          );
        expect(await states()).toEqual(['done', 'dirty', 'done']);
        expect(await roll()).toBe(1);
        expect(await states()).toEqual(['done', 'done', 'done']);
        expect(await buckets(HOUR, start)).toEqual(shown);
      });

      test('retention removes whole days and a part of one, and the rest is still right', async () => {
        const { storage, roll, buckets, start } = await threeDays();
        await roll();
        const counted = await storage.history.count();
        const removed = await storage.history.deleteBefore(start + DAY + 6 * HOUR);
        expect(removed).toBeGreaterThan(0);
        expect(await storage.history.count()).toBe(counted - removed);
        const fresh = await buckets(DAY, start);
        expect(fresh.map(([startMs]) => startMs)).toEqual(
          [1, 2, 3].map((day) => start + day * DAY),
        );
        expect(fresh[0]?.[4]).toBe((18 * HOUR) / 100_000);
        await roll();
        expect(await buckets(DAY, start)).toEqual(fresh);
      });
    });
  }

  test('old and new samples find their partitions, a month or a day wide', async () => {
    const storage = await open(await cluster.createDatabase());
    const shard = storage.shard(0, 'wait');
    onTestFinished(() => shard.close());
    const times = [
      Date.UTC(1969, 5, 1),
      Date.UTC(2003, 4, 5),
      Date.UTC(2003, 4, 30),
      NOW - DAY,
      NOW,
    ];
    await shard.commit(emptyUnit(1, columnsOf(times.map((time, k) => [1, time, k]))), 0);
    const { rows } = await storage.pool.query(
      "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = 'samples'::regclass ORDER BY 1",
    );
    expect(rows.map(({ relname }) => relname)).toEqual([
      'samples_200305',
      'samples_20261124',
      'samples_20261125',
      'samples_before_2000',
    ]);
    const slice = await storage.history.samples({
      seriesId: 1,
      fromMs: -1e15,
      toMs: 1e15,
      limit: 10,
    });
    expect([...slice.timesMs]).toEqual(times);
  });

  test('whoever was overtaken can write no more, and nothing of what it tries stays', async () => {
    const url = await cluster.createDatabase();
    const storage = await open(url);
    const first = storage.shard(3, 'take');
    const second = storage.shard(3, 'take');
    onTestFinished(async () => {
      await Promise.all([first.close(), second.close()]);
    });
    await first.commit({ ...emptyUnit(1, columnsOf([[1, NOW, 1]])), nextOffset: 10 }, 0);
    await second.probe();
    expect(second.nextOffset).toBe(10);
    const late = { ...emptyUnit(2, columnsOf([[1, NOW + 1, 2]])), nextOffset: 20 };
    // Its session was ended by the one that took over.
    await expect(first.commit(late, 0)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await second.commit({ ...emptyUnit(2, columnsOf([[1, NOW + 2, 3]])), nextOffset: 11 }, 0);
    const slice = await storage.history.samples({ seriesId: 1, fromMs: 0, toMs: 1e15, limit: 10 });
    expect([...slice.values]).toEqual([1, 3]);
    // Taking it back is for whoever decides; then the stored position counts.
    await first.probe();
    expect([first.nextOffset, await first.lastJournalId()]).toEqual([11, 2]);
  });

  test('after a lost connection nothing computed before it is committed', async () => {
    const storage = await open(await cluster.createDatabase());
    const shard = storage.shard(0, 'wait');
    onTestFinished(() => shard.close());
    await shard.commit(emptyUnit(1, columnsOf([[1, NOW, 1]])), 0);
    await storage.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vigie shard 0'",
    );
    const next = emptyUnit(2, columnsOf([[1, NOW + 1, 2]]));
    await expect(shard.commit(next, 0)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(shard.commit(next, 0)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await shard.probe();
    await shard.commit(next, 1);
    expect(await storage.history.count()).toBe(2);
  });

  test('text that the engine cannot hold is kept but for the letter in question', async () => {
    const storage = await open(await cluster.createDatabase());
    const shard = storage.shard(0, 'wait');
    onTestFinished(() => shard.close());
    const letter = {
      customer: 'main',
      received_at: 1,
      source: 'http',
      sensor_id: null,
      code: 'invalid_json',
      pointer: '',
      detail: 'x',
      payload: 'a\0b\ud800c',
    };
    await shard.commit({ ...emptyUnit(0), deadLetters: [letter] }, 0);
    const row = await storage.state.db
      .selectFrom('dead_letters')
      .select('payload')
      .executeTakeFirst();
    expect(row?.payload).toBe('a\u{FFFD}b\u{FFFD}c');
  });

  test('a lease is held by one at a time, and ends with the connection', async () => {
    const storage = await open(await cluster.createDatabase());
    let inner: boolean | undefined;
    const outer = await withLease(storage.pool, 'retention', async () => {
      inner = await withLease(storage.pool, 'retention', async () => undefined);
    });
    expect([outer, inner]).toEqual([true, false]);
    await expect(
      withLease(storage.pool, 'retention', async (client) => {
        await client.query('SELECT pg_terminate_backend(pg_backend_pid())');
      }),
    ).rejects.toThrow();
    expect(await withLease(storage.pool, 'retention', async () => undefined)).toBe(true);
  });
});
