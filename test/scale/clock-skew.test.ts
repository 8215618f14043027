import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { claimDueAs } from '#storage/postgres/claim-due.ts';
import { openPostgres } from '#storage/postgres/open-postgres.ts';
import { rollPending } from '#storage/postgres/rollups.ts';
import { createTestApp } from '#test/support/app.ts';
import { emptyUnit } from '#test/support/commit-units.ts';
import {
  createCluster,
  hasTimescale,
  postgresObstacle,
  type TestCluster,
} from '#test/support/postgres.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const SKEW = 20 * MINUTE;
const log = createLogger({ level: 'silent' });

describe.skipIf(postgresObstacle !== undefined)(
  'two nodes whose clocks are 20 minutes apart',
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await createCluster();
    });
    afterAll(() => cluster.remove());

    for (const useExtension of hasTimescale ? [false, true] : [false]) {
      const by = useExtension ? 'by the extension' : 'that the platform keeps';
      test(`rollups ${by} hold every sample, whichever node writes and whichever rolls up`, async () => {
        const url = await cluster.createDatabase();
        const start = Date.UTC(2026, 10, 23);
        const end = start + DAY;
        /** By the slow node's clock. */
        let nowMs = start;
        const open = async (owner: string, aheadMs: number) => {
          const now = () => nowMs + aheadMs;
          const storage = await openPostgres({ url, log, now, owner, useExtension });
          onTestFinished(() => storage.close());
          return storage;
        };
        const slow = await open('slow', 0);
        const fast = await open('fast', SKEW);
        const shards = [slow.shard(0, 'take'), fast.shard(1, 'take')];
        onTestFinished(async () => {
          for (const shard of shards) await shard.close();
        });
        let id = 0;
        let written = 0;
        const write = async (): Promise<void> => {
          for (const shard of shards) {
            const timeMs = start + ++written * 1000;
            const samples = {
              count: 1,
              series: Int32Array.of(1),
              timesMs: Float64Array.of(timeMs),
              values: Float64Array.of(written),
              replacing: new Int32Array(),
            };
            await shard.commit(emptyUnit(++id, samples), 0);
          }
        };
        const roll = async (storage: typeof slow, aheadMs: number): Promise<void> => {
          const client = await storage.pool.connect();
          const { capabilities } = storage;
          const { signal } = new AbortController();
          try {
            await rollPending(client, { capabilities, nowMs: nowMs + aheadMs, signal });
          } finally {
            client.release();
          }
        };
        const day = async () => {
          const range = { seriesId: 1, fromMs: start, toMs: end, intervalMs: DAY, limit: 10 };
          const { samples, max } = await slow.history.buckets(range);
          return { samples: samples[0], max: max[0] };
        };
        // Around the moments at which either clock says that a day is over, to be rolled up, to be told of.
        for (let at = end - HOUR; at <= end + 2 * HOUR; at += 5 * MINUTE) {
          nowMs = at;
          await write();
          await roll(fast, SKEW);
          expect(await day()).toEqual({ samples: written, max: written });
          await write();
          await roll(slow, 0);
          expect(await day()).toEqual({ samples: written, max: written });
        }
        const { rows } = await slow.pool.query('SELECT day::text, state FROM rollup_days');
        expect(rows).toEqual([{ day: '2026-11-23', state: 'done' }]);
      });
    }

    test('notifiers leave each other what is claimed, and send each notification once', async () => {
      const url = await cluster.createDatabase();
      const start = (roles: string, aheadMs: number) =>
        createTestApp(
          { VIGIE_POSTGRES_URL: url, VIGIE_ROLES: roles },
          { clock: { now: () => Date.now() + aheadMs } },
        );
      const gateway = await start('gateway,processor', 0);
      const api = await start('api', 0);
      const receiver = await createWebhookReceiver(onTestFinished);
      // Slow enough for the other notifier to look several times meanwhile.
      receiver.answer((_, response) => void setTimeout(() => response.writeHead(200).end(), 2500));
      await api.put('/v1/rules/warm', { when: { metric: 't', above: [{ limit: 8 }] } });
      await api.put('/v1/contacts/hook', { channel: 'webhook', settings: { url: receiver.url } });
      await expect
        .poll(() => gateway.app.processor.fleet.bookOf('main')?.get('warm'), { timeout: 15_000 })
        .toBeDefined();
      await sleep(300);
      const hot = (k: number) => ({ sensor_id: `f${k}`, readings: { t: 9 } });
      await gateway.send(...Array.from({ length: 12 }, (_, k) => hot(k)));

      // What one has just claimed is nobody else's, whatever their clocks say.
      const { state, close } = await openPostgres({ url, log, now: Date.now, owner: 'x' });
      onTestFinished(close);
      const claim = (owner: string, aheadMs: number) =>
        claimDueAs(owner)(state.db, { nowMs: Date.now() + aheadMs, limit: 100 });
      expect(await claim('slow', 0)).toHaveLength(12);
      expect(await claim('fast', SKEW)).toEqual([]);
      await sql`UPDATE notifications SET claimed_by = NULL`.execute(state.db);

      for (const aheadMs of [0, SKEW, -SKEW]) await start('notifier', aheadMs);
      await expect
        .poll(
          async () => {
            const { items } = (await api.call('GET', '/v1/deliveries?limit=100')).body;
            return items.filter(({ state }: { state: string }) => state === 'sent').length;
          },
          { timeout: 60_000, interval: 200 },
        )
        .toBe(12);
      const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
      expect(ids).toHaveLength(12);
      expect(new Set(ids).size).toBe(12);
    });
  },
);
