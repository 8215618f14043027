import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { partitionOf } from '#domain/partition-hash.ts';
import type { KafkaSettings } from '#stream/kafka/client-options.ts';
import { KafkaStream } from '#stream/kafka/kafka-stream.ts';
import { TOPICS } from '#stream/kafka/topics.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import { kafkaSettings, readTopic, silentLog, submissionOf } from '#test/support/kafka-records.ts';

async function createStream(
  settings: KafkaSettings,
  queueBytes = 64 * 1024 * 1024,
): Promise<KafkaStream> {
  const stream = new KafkaStream({ settings, clientId: 'gateway-1', log: silentLog(), queueBytes });
  onTestFinished(() => stream.stop());
  stream.start();
  await untilRunning(stream);
  return stream;
}

async function untilRunning(stream: KafkaStream): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (stream.failure !== undefined) {
    if (Date.now() > deadline) throw stream.failure;
    await sleep(20);
  }
}

const reading = (sensor: string, n: number) => ({
  sensor_id: sensor,
  timestamp: new Date(1_700_000_000_000 + n * 1000).toISOString(),
  readings: { temperature: n, humidity: 41.5 },
});

describe.skipIf(kafkaIsMissing())('KafkaStream', () => {
  test('writes one record a reading, by key, in order, with its time of receipt', async () => {
    const settings = kafkaSettings((await createKafka()).brokers);
    const stream = await createStream(settings);
    const sent = Array.from({ length: 300 }, (_, n) => reading(`s${n % 7}`, n));
    sent[5] = { ...sent[5]!, metadata: { location: 'lyon', labels: { site: 'é' } } } as never;
    const answers = await Promise.all([
      stream.publish(submissionOf(sent.slice(0, 100))),
      stream.publish(submissionOf([...sent.slice(100, 200), { sensor_id: 'bad' }])),
      stream.publish(
        submissionOf(sent.slice(200), { source: 'mqtt', receivedMs: 1_700_000_000_007 }),
      ),
    ]);
    expect(answers.map(({ accepted, status }) => [accepted, status])).toEqual([
      [100, 'queued'],
      [100, 'queued'],
      [100, 'queued'],
    ]);
    expect(answers[1]?.rejected).toEqual([
      { index: 100, code: 'readings_missing', pointer: '/readings', detail: expect.any(String) },
    ]);
    const records = await readTopic(settings, TOPICS.readings);
    const refused = records.filter(({ headers }) => headers.kind === 'refused');
    const good = records.filter(({ headers }) => headers.kind === undefined);
    expect(good).toHaveLength(300);
    expect(JSON.parse(refused[0]!.value)).toMatchObject({
      sensor_id: 'bad',
      code: 'readings_missing',
      payload: '{"sensor_id":"bad"}',
    });
    for (const { key, partition, value, headers } of good) {
      const { received_at, ...found } = JSON.parse(value);
      expect(key).toBe(`main/${found.sensor_id}`);
      expect(partition).toBe(partitionOf(Buffer.from(key), 4));
      const original = sent.find(({ timestamp }) => timestamp === found.timestamp)!;
      expect(found).toEqual(original);
      if (headers.source === 'mqtt') expect(received_at).toBe('2023-11-14T22:13:20.007Z');
    }
    for (let n = 0; n < 7; n++) {
      const times = good.filter(({ key }) => key === `main/s${n}`).map(({ value }) => value);
      expect(times.map((value) => JSON.parse(value).timestamp)).toEqual(
        sent.filter(({ sensor_id }) => sensor_id === `s${n}`).map(({ timestamp }) => timestamp),
      );
    }
  });

  test('requests beyond the bound are answered overloaded, and what was taken is written', async () => {
    const settings = kafkaSettings((await createKafka()).brokers);
    const stream = await createStream(settings, 20_000);
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) =>
        stream.publish(submissionOf([reading('s', n)], { bytes: 1000 })),
      ),
    );
    const taken = answers.filter(({ status }) => status === 'fulfilled');
    expect(taken).toHaveLength(20);
    for (const answer of answers) {
      if (answer.status === 'rejected')
        expect(answer.reason).toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 });
    }
    expect(await readTopic(settings, TOPICS.readings)).toHaveLength(20);
    await stream.publish(submissionOf([reading('s', 100)]));
  });

  test('a broker that is killed and comes back: nothing acknowledged is lost or there twice', async () => {
    const kafka = await createKafka();
    const settings = kafkaSettings(kafka.brokers);
    const stream = await createStream(settings);
    const acknowledged = new Set<number>();
    let refusals = 0;
    let n = 0;
    let isSending = true;
    const senders = Array.from({ length: 8 }, async () => {
      while (isSending) {
        const mine = n++;
        try {
          await stream.publish(submissionOf([reading(`s${mine % 20}`, mine)]));
          acknowledged.add(mine);
        } catch (error) {
          expect(error).toBeInstanceOf(VigieError);
          expect(['storage_unavailable', 'overloaded']).toContain((error as VigieError).code);
          refusals++;
          await sleep(50);
        }
      }
    });
    await sleep(1000);
    await kafka.nodes[0]!.kill();
    await sleep(500);
    const before = acknowledged.size;
    expect(before).toBeGreaterThan(0);
    await sleep(17_000);
    expect(refusals).toBeGreaterThan(0);
    await kafka.nodes[0]!.start();
    await untilRunning(stream);
    await sleep(1000);
    isSending = false;
    await Promise.all(senders);
    expect(acknowledged.size).toBeGreaterThan(before);
    const stored = (await readTopic(settings, TOPICS.readings)).map(
      ({ value }) => JSON.parse(value).readings.temperature as number,
    );
    const counts = new Map<number, number>();
    for (const value of stored) counts.set(value, (counts.get(value) ?? 0) + 1);
    expect([...acknowledged].filter((value) => counts.get(value) !== 1)).toEqual([]);
  });

  test('a stream that starts before its broker answers storage_unavailable and recovers by itself', async () => {
    const kafka = await createKafka();
    await kafka.nodes[0]!.kill();
    const stream = new KafkaStream({
      settings: kafkaSettings(kafka.brokers),
      clientId: 'gateway-1',
      log: silentLog(),
      queueBytes: 1_000_000,
    });
    onTestFinished(() => stream.stop());
    stream.start();
    await expect(stream.publish(submissionOf([reading('s', 1)]))).rejects.toMatchObject({
      code: 'storage_unavailable',
      retryAfterSeconds: expect.any(Number),
    });
    await kafka.nodes[0]!.start();
    await untilRunning(stream);
    await stream.publish(submissionOf([reading('s', 1)]));
  });
});
