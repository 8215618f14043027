import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { partitionOf, recordKey } from '#domain/partition-hash.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { parseJson } from '#services/gateway/formats/json.ts';
import type { ShardHost } from '#services/processor/shards/shard-host.ts';
import { openPostgres } from '#storage/postgres/open-postgres.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { kafkaSettings, silentLog, submissionOf } from '#test/support/kafka-records.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import {
  createGateway,
  createIdleNode,
  createProcessorNode,
  nextOffset,
  stored,
  storeRule,
} from '#test/support/scale-out.ts';
import { until } from '#test/support/until.ts';

const SENSORS = 40;
const START_MS = Date.now() - 1000;

/** Reading n of the fleet; every tenth sensor is hot from its third reading on. */
function reading(n: number) {
  const sensor = n % SENSORS;
  const turn = Math.floor(n / SENSORS);
  return {
    sensor_id: `s${sensor}`,
    timestamp: new Date(START_MS + turn).toISOString(),
    readings: { temperature: sensor % 10 === 0 && turn >= 3 ? 50 : 20, n },
  };
}
const readings = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => reading(from + at));

describe.skipIf(kafkaIsMissing() || postgresObstacle !== undefined)(
  'shards of PostgreSQL, fed by Kafka',
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await createCluster();
    });
    afterAll(() => cluster.remove());

    async function createParts(partitions = 4) {
      const settings = kafkaSettings((await createKafka()).brokers, { partitions });
      const url = await cluster.createDatabase();
      const watch = await openPostgres({ url, log: silentLog(), now: Date.now, owner: 'test' });
      onTestFinished(() => watch.close());
      await storeRule(watch, {
        id: 'hot',
        when: { metric: 'temperature', above: [{ limit: 35 }] },
      });
      return { settings, url, watch, stream: await createGateway(settings) };
    }

    test('readings, alerts and positions are stored once each, while processors join, leave and crash', async () => {
      const { settings, url, watch, stream } = await createParts();
      const first = await createProcessorNode(settings, { url, clientId: 'p1' });
      let sent = 0;
      let isSending = true;
      const sending = (async () => {
        while (isSending) {
          await stream.publish(submissionOf(readings(sent, 200)));
          sent += 200;
          await sleep(10);
        }
      })();
      await until(async () => (await stored(watch)).samples > 0);
      const second = await createProcessorNode(settings, { url, clientId: 'p2' });
      await until(
        () => first.source.partitions.length === 2 && second.source.partitions.length === 2,
      );
      await sleep(500);
      await first.stop();
      await until(() => second.source.partitions.length === 4);
      await sleep(500);
      isSending = false;
      await sending;
      await until(async () => (await stored(watch)).samples >= 2 * sent);
      expect(await stored(watch)).toEqual({
        samples: 2 * sent,
        distinct: 2 * sent,
        alerts: SENSORS / 10,
        notifications: 0,
        deadLetters: 0,
      });
      expect(sent).toBeGreaterThan(2000);
    });

    test('a database that crashes under load and comes back holds every reading once', async () => {
      const { settings, url, watch, stream } = await createParts();
      await createProcessorNode(settings, { url, clientId: 'p1' });
      let sent = 0;
      let isSending = true;
      const sending = (async () => {
        while (isSending) {
          await stream.publish(submissionOf(readings(sent, 200)));
          sent += 200;
          await sleep(20);
        }
      })();
      await until(async () => (await stored(watch)).samples > 1000);
      for (let round = 0; round < 2; round++) {
        await cluster.stop('immediate');
        await sleep(500);
        await cluster.start();
        const before = (await stored(watch)).samples;
        await until(async () => (await stored(watch)).samples > before);
      }
      isSending = false;
      await sending;
      await until(async () => (await stored(watch)).samples >= 2 * sent);
      const counts = await stored(watch);
      expect(counts).toMatchObject({ samples: 2 * sent, distinct: 2 * sent, alerts: SENSORS / 10 });
    });

    test('a new owner loads the sensors of its partitions, each once, and keeps hashes that were missing', async () => {
      const { settings, url, watch, stream } = await createParts();
      const first = await createProcessorNode(settings, { url, clientId: 'p1' });
      await stream.publish(submissionOf(readings(0, SENSORS)));
      await until(async () => (await stored(watch)).samples === 2 * SENSORS);
      const hashes = async () =>
        (await watch.pool.query('SELECT sensor_id, key_hash FROM sensors ORDER BY pk')).rows;
      const kept = await hashes();
      expect(kept.filter(({ key_hash: hash }) => hash === null)).toEqual([]);
      await first.stop();
      // As rows are that were made before hashes were kept.
      await watch.pool.query('UPDATE sensors SET key_hash = NULL WHERE pk % 2 = 0');
      const { host } = await createProcessorNode(settings, { url, clientId: 'p2' });
      await until(() => host.processors.length === 4);
      const shares = host.processors.map(({ fleet }) =>
        [...fleet.all()].map(({ sensorId }) => sensorId),
      );
      for (const share of shares) {
        const partitions = share.map((id) => partitionOf(Buffer.from(recordKey('main', id)), 4));
        expect(new Set(partitions).size).toBe(1);
      }
      expect(shares.flat().sort()).toEqual(
        Array.from({ length: SENSORS }, (_, n) => `s${n}`).sort(),
      );
      expect(await hashes()).toEqual(kept);
    });

    test('of two that both believe they own a partition only the later one writes', async () => {
      const { settings, url, watch } = await createParts(1);
      const nodes = await Promise.all(
        ['p1', 'p2'].map((clientId) => createIdleNode(settings, { url, clientId })),
      );
      const partition = { number: 0, count: 1, holds: () => true };
      const [first, second] = nodes.map(({ host }) => host) as [ShardHost, ShardHost];
      const broken: Error[] = [];
      const early = await first.open(partition, (error) => broken.push(error));
      early.seenThrough(Date.now());
      await early.publish({ ...submissionOf(readings(0, 40)), offset: 39 });
      const late = await second.open(partition, () => undefined);
      expect(late.nextOffset).toBe(40);
      late.seenThrough(Date.now());
      const ahead = late.publish({ ...submissionOf(readings(40, 40)), offset: 79 });
      const overtaken = early.publish({ ...submissionOf(readings(40, 80)), offset: 119 });
      // Its session was ended by the later one.
      await expect(overtaken).rejects.toMatchObject({ code: 'storage_unavailable' });
      await ahead;
      expect(broken).toHaveLength(1);
      await expect(early.publish(submissionOf(readings(120, 1)))).rejects.toThrow();
      await early.close('abandon');
      await late.close('handover');
      expect(await stored(watch)).toMatchObject({ samples: 160, distinct: 160, alerts: 0 });
      expect(await nextOffset(watch)).toBe(80);
    });

    test('a processor that is behind tells of no silence that the log disproves, and of the one that is real', async () => {
      const { settings, url, watch, stream } = await createParts(1);
      await storeRule(watch, { id: 'quiet', where: { sensors: ['s1'] }, when: { silent: '5s' } });
      const nowMs = Date.now();
      for (let ago = 120; ago > 0; ago--) {
        const receivedMs = nowMs - ago * 1000;
        const timestamp = new Date(receivedMs).toISOString();
        const one = { sensor_id: 's1', timestamp, readings: { temperature: 1 } };
        const parsed = parseJson(Buffer.from(JSON.stringify(one)), {
          limits: DEFAULT_LIMITS,
          receivedMs,
        });
        await stream.publish({ ...submissionOf([one]), parsed, receivedMs });
      }
      await createProcessorNode(settings, { url, clientId: 'p1' });
      await until(async () => (await stored(watch)).samples === 120);
      expect((await stored(watch)).alerts).toBe(0);
      await until(async () => (await stored(watch)).alerts === 1);
    });
  },
);
