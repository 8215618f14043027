import { createServer } from 'node:net';
import { Admin, Consumer } from '@platformatic/kafka';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOptions, type KafkaSettings } from '#stream/kafka/client-options.ts';
import { ensureTopics, TOPICS } from '#stream/kafka/topics.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { kafkaSettings, kafkaSource } from '#test/support/kafka-records.ts';
import { MemoryStore } from '#test/support/memory-owner.ts';
import { createCluster, postgresObstacle } from '#test/support/postgres.ts';
import { spawnPlatform, temporaryFolder } from '#test/support/spawn-platform.ts';
import { until } from '#test/support/until.ts';

const GROUP = 'vigie-processor';
const LONG_MS = 60_000;

async function membersOf(settings: KafkaSettings): Promise<string[]> {
  const admin = new Admin(clientOptions(settings, 'test'));
  try {
    const groups = await admin.describeGroups({ groups: [GROUP] });
    return [...(groups.get(GROUP)?.members.keys() ?? [])];
  } finally {
    await admin.close();
  }
}

/** Joins, and does not notice that others come: the broker waits for it. */
async function joinSilently(settings: KafkaSettings): Promise<string> {
  const consumer = new Consumer({
    ...clientOptions(settings, 'silent'),
    ...{ retries: 20, retryDelay: 300 },
    groupId: GROUP,
    sessionTimeout: LONG_MS,
    heartbeatInterval: LONG_MS - 1000,
    rebalanceTimeout: LONG_MS,
    protocols: [{ name: 'cooperative-sticky', version: 3 }],
  });
  onTestFinished(() => consumer.close(true));
  consumer.topics.track(TOPICS.readings);
  await consumer.joinGroup();
  return consumer.memberId!;
}

describe.skipIf(kafkaIsMissing())('leaving the consumer group', () => {
  test('a member that waits for others to join leaves at once, and nobody waits for it', async () => {
    const settings = kafkaSettings((await createKafka()).brokers);
    await ensureTopics(settings, 'test');
    const silent = await joinSilently(settings);
    const source = kafkaSource(settings, 'p1');
    onTestFinished(() => source.stop());
    source.start(new MemoryStore().owner());
    await until(async () => (await membersOf(settings)).length === 2);
    const begun = performance.now();
    await source.stop();
    expect(performance.now() - begun).toBeLessThan(8000);
    expect(await membersOf(settings)).toEqual([silent]);
  });
});

describe.skipIf(postgresObstacle !== undefined)(
  'a broker that takes connections and says nothing',
  () => {
    test('does not keep a processor that is told to stop', async () => {
      const mute = createServer(() => undefined).listen(0, '127.0.0.1');
      onTestFinished(() => void mute.close());
      await until(() => mute.listening);
      const { port } = mute.address() as { port: number };
      const cluster = await createCluster();
      onTestFinished(() => cluster.remove());
      const folder = temporaryFolder('mute');
      onTestFinished(folder.remove);
      const processor = await spawnPlatform(folder.path, {
        VIGIE_POSTGRES_URL: await cluster.createDatabase(),
        VIGIE_KAFKA_BROKERS: `127.0.0.1:${port}`,
        VIGIE_ROLES: 'processor',
      });
      onTestFinished(() => processor.kill());
      // Rejects where it takes too long.
      expect(await processor.stop()).toBe(0);
    });
  },
);
