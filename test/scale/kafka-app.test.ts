import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openPostgres, type PostgresStorage } from '#storage/postgres/open-postgres.ts';
import { createKafka, type KafkaCluster, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { silentLog } from '#test/support/kafka-records.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { stored } from '#test/support/scale-out.ts';
import {
  ADMIN_KEY,
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '#test/support/spawn-platform.ts';
import { until } from '#test/support/until.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';

const SENSORS = 20;

describe.skipIf(kafkaIsMissing() || postgresObstacle !== undefined)(
  'platforms on Kafka and PostgreSQL',
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await createCluster();
    });
    afterAll(() => cluster.remove());

    async function createParts() {
      const kafka = await createKafka();
      const url = await cluster.createDatabase();
      const watch = await openPostgres({ url, log: silentLog(), now: Date.now, owner: 'test' });
      onTestFinished(() => watch.close());
      return { kafka, url, watch };
    }

    async function start(
      { kafka, url }: { kafka: KafkaCluster; url: string },
      roles: string,
    ): Promise<SpawnedPlatform> {
      const folder = temporaryFolder('fleet');
      const platform = await spawnPlatform(folder.path, {
        VIGIE_POSTGRES_URL: url,
        VIGIE_KAFKA_BROKERS: kafka.brokers,
        VIGIE_KAFKA_PARTITIONS: '4',
        VIGIE_ROLES: roles,
        VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
      });
      onTestFinished(async () => {
        await platform.kill();
        folder.remove();
      });
      return platform;
    }

    /** Sends as fast as answers come, until told to stop; remembers which readings were acknowledged. */
    function sendTo(gateway: SpawnedPlatform) {
      const acknowledged: number[] = [];
      let n = 0;
      let isSending = true;
      const startMs = Date.now();
      const running = Promise.all(
        Array.from({ length: 4 }, async () => {
          while (isSending) {
            const first = n;
            n += 50;
            const readings = Array.from({ length: 50 }, (_, at) => readingOf(first + at, startMs));
            const status = await post(gateway, readings);
            if (status === 202) acknowledged.push(...readings.map((_, at) => first + at));
            else await sleep(100);
          }
        }),
      );
      return {
        acknowledged,
        async stop() {
          isSending = false;
          await running;
        },
      };
    }

    function readingOf(n: number, startMs: number): object {
      const sensor = n % SENSORS;
      return {
        sensor_id: `s${sensor}`,
        timestamp: new Date(startMs + Math.floor(n / SENSORS)).toISOString(),
        readings: { n, temperature: sensor === 0 && n > 400 ? 50 : 20 },
      };
    }

    async function post(gateway: SpawnedPlatform, readings: unknown): Promise<number> {
      try {
        const answer = await fetch(`${gateway.url}/v1/readings`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
          body: JSON.stringify(readings),
        });
        await answer.arrayBuffer();
        return answer.status;
      } catch {
        return 0;
      }
    }

    async function storedNumbers({ pool }: PostgresStorage): Promise<number[]> {
      const { rows } = await pool.query<{ value: number }>(
        `SELECT value FROM samples JOIN series ON series.id = samples.series WHERE metric = 'n' ORDER BY value`,
      );
      return rows.map(({ value }) => value);
    }

    test('a reading goes from gateway to webhook, and can be asked for, each in a process of its own', async () => {
      const parts = await createParts();
      const api = await start(parts, 'api,notifier');
      const gateway = await start(parts, 'gateway');
      const processor = await start(parts, 'processor');
      const receiver = await createWebhookReceiver(onTestFinished);
      await call(`${api.url}/v1/rules`, 'POST', {
        id: 'hot',
        when: { metric: 'temperature', above: [{ limit: 35 }] },
      });
      await call(`${api.url}/v1/contacts`, 'POST', {
        id: 'hook',
        channel: 'webhook',
        settings: { url: receiver.url },
      });
      const queued = await call(`${gateway.url}/v1/readings`, 'POST', [
        { sensor_id: 'a', readings: { temperature: 20 } },
        { sensor_id: 'b' },
      ]);
      expect(queued.status).toBe(202);
      expect(queued.body).toMatchObject({
        status: 'queued',
        accepted: 1,
        rejected: [{ index: 1 }],
      });
      const waited = await fetch(`${gateway.url}/v1/readings`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          prefer: 'wait=20',
        },
        body: JSON.stringify({ sensor_id: 'a', readings: { temperature: 40 } }),
      });
      expect(waited.status).toBe(200);
      expect(waited.headers.get('preference-applied')).toBe('wait=20');
      expect(await waited.json()).toMatchObject({
        accepted: 1,
        alerts: [{ sensor_id: 'a', state: 'active', notification: 'queued' }],
      });
      await receiver.waitFor(1);
      const history = await call(`${api.url}/v1/sensors/a/readings?metric=temperature`, 'GET');
      expect((history.body.samples as unknown[]).length).toBe(2);
      // In another partition perhaps, for which nobody has waited.
      await expect
        .poll(async () => (await call(`${api.url}/v1/dead-letters`, 'GET')).body.items, {
          timeout: 15_000,
        })
        .toMatchObject([{ sensor_id: 'b', code: 'readings_missing' }]);
      expect((await call(`${processor.url}/health/ready`, 'GET')).status).toBe(200);
    });

    test('processors that are killed under load lose no acknowledged reading, store none twice, alert once', async () => {
      const parts = await createParts();
      const gateway = await start(parts, 'gateway,api');
      await call(`${gateway.url}/v1/rules`, 'POST', {
        id: 'hot',
        when: { metric: 'temperature', above: [{ limit: 35 }] },
      });
      let processors = [await start(parts, 'processor'), await start(parts, 'processor')];
      const sending = sendTo(gateway);
      for (let round = 0; round < 3; round++) {
        const before = (await stored(parts.watch)).samples;
        await until(async () => (await stored(parts.watch)).samples > before + 500);
        // Somewhere within reading, judging, committing, telling: it is different every time.
        await sleep(Math.random() * 300);
        await processors[0]!.kill();
        processors = [processors[1]!, await start(parts, 'processor')];
      }
      await sending.stop();
      const { acknowledged } = sending;
      acknowledged.sort((a, b) => a - b);
      await until(async () => (await storedNumbers(parts.watch)).length >= acknowledged.length);
      const numbers = await storedNumbers(parts.watch);
      const missing = new Set(acknowledged);
      for (const n of numbers) missing.delete(n);
      expect([...missing]).toEqual([]);
      expect(new Set(numbers).size).toBe(numbers.length);
      const counts = await stored(parts.watch);
      expect(counts.samples).toBe(counts.distinct);
      expect(counts.alerts).toBe(1);
      expect(acknowledged.length).toBeGreaterThan(1000);
    });

    test('a broker that is away is answered 503, and what came before and after is stored once', async () => {
      const parts = await createParts();
      const platform = await start(parts, 'gateway,api,processor,notifier');
      const sending = sendTo(platform);
      await until(async () => (await stored(parts.watch)).samples > 500);
      await parts.kafka.nodes[0]!.kill();
      await until(
        async () => (await post(platform, { sensor_id: 'x', readings: { t: 1 } })) === 503,
      );
      const ready = await call(`${platform.url}/health/ready`, 'GET');
      expect(ready.status).toBe(503);
      await parts.kafka.nodes[0]!.start();
      await until(
        async () => (await post(platform, { sensor_id: 'x', readings: { t: 1 } })) === 202,
      );
      const atReturn = sending.acknowledged.length;
      await until(() => sending.acknowledged.length > atReturn + 500);
      await sending.stop();
      const acknowledged = new Set(sending.acknowledged);
      await until(async () => (await storedNumbers(parts.watch)).length >= acknowledged.size);
      const numbers = await storedNumbers(parts.watch);
      expect(new Set(numbers).size).toBe(numbers.length);
      for (const n of numbers) acknowledged.delete(n);
      expect([...acknowledged]).toEqual([]);
      expect(await platform.stop()).toBe(0);
    });
  },
);
