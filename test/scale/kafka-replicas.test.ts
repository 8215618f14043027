import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { kafkaSettings, kafkaSource, submissionOf } from '#test/support/kafka-records.ts';
import { MemoryStore } from '#test/support/memory-owner.ts';
import { createGateway } from '#test/support/scale-out.ts';
import { until } from '#test/support/until.ts';

describe.skipIf(kafkaIsMissing())('a cluster of three brokers', () => {
  test('one that is lost under load and comes back costs no acknowledged reading, and doubles none', async () => {
    const kafka = await createKafka({ nodes: 3 });
    const settings = kafkaSettings(kafka.brokers, { partitions: 6 });
    const stream = await createGateway(settings);
    const store = new MemoryStore();
    const source = kafkaSource(settings, 'p1');
    onTestFinished(() => source.stop());
    source.start(store.owner());
    const acknowledged = new Set<string>();
    const refused = new Set<string>();
    let n = 0;
    let isSending = true;
    const senders = Array.from({ length: 4 }, async () => {
      while (isSending) {
        const mine = n++;
        const name = `s${mine % 30}:${mine}`;
        try {
          await stream.publish(
            submissionOf([{ sensor_id: `s${mine % 30}`, readings: { n: mine } }]),
          );
          acknowledged.add(name);
        } catch {
          refused.add(name);
          await sleep(50);
        }
      }
    });
    await until(() => store.values.length > 100);
    await kafka.nodes[0]!.kill();
    const atLoss = acknowledged.size;
    await until(() => acknowledged.size > atLoss + 200);
    await kafka.nodes[0]!.start();
    await sleep(3000);
    isSending = false;
    await Promise.all(senders);
    await until(() => store.values.length >= acknowledged.size);
    const counts = new Map<string, number>();
    for (const value of store.values) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...acknowledged].filter((name) => counts.get(name) !== 1)).toEqual([]);
    // One whose sender was told 503 may be there all the same.
    expect(
      [...counts.keys()].filter((name) => !acknowledged.has(name) && !refused.has(name)),
    ).toEqual([]);
  });
});
