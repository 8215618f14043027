import { setTimeout as sleep } from 'node:timers/promises';
import { Admin } from '@platformatic/kafka';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clientOptions, type KafkaSettings } from '#stream/kafka/client-options.ts';
import type { KafkaSource } from '#stream/kafka/kafka-source.ts';
import { KafkaStream } from '#stream/kafka/kafka-stream.ts';
import { encodeHeaders, RecordBatchBuilder } from '#stream/kafka/record-batch.ts';
import { RecordProducer } from '#stream/kafka/record-producer.ts';
import { TOPICS } from '#stream/kafka/topics.ts';
import { createKafka, kafkaIsMissing } from '#test/support/kafka-cluster.ts';
import {
  kafkaSettings,
  kafkaSource,
  silentLog,
  submissionOf,
} from '#test/support/kafka-records.ts';
import { MemoryStore } from '#test/support/memory-owner.ts';
import { until } from '#test/support/until.ts';

async function createStream(settings: KafkaSettings): Promise<KafkaStream> {
  const options = { settings, clientId: 'gateway-1', log: silentLog(), queueBytes: 64_000_000 };
  const stream = new KafkaStream(options);
  onTestFinished(() => stream.stop());
  stream.start();
  await until(() => stream.failure === undefined);
  return stream;
}

function createSource(settings: KafkaSettings, clientId: string): KafkaSource {
  const source = kafkaSource(settings, clientId);
  onTestFinished(() => source.stop());
  return source;
}

/** The sum of what the consumer group has told Kafka. */
async function committedOffsets(settings: KafkaSettings): Promise<number> {
  const admin = new Admin(clientOptions(settings, 'test'));
  try {
    const [group] = await admin.listConsumerGroupOffsets({ groups: ['vigie-processor'] });
    const partitions = group?.topics.flatMap((topic) => topic.partitions) ?? [];
    return partitions.reduce((sum, { committedOffset }) => sum + Number(committedOffset), 0);
  } finally {
    await admin.close();
  }
}

const reading = (n: number) => ({ sensor_id: `s${n % 50}`, readings: { n, other: 1 } });
const readings = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => reading(from + at));
const expected = (count: number) =>
  readings(0, count).map(({ sensor_id, readings: { n } }) => `${sensor_id}:${n}`);
const sorted = (texts: readonly string[]) => [...texts].sort();

describe.skipIf(kafkaIsMissing())('KafkaSource', () => {
  test('every reading is handed over once and in the order of its sensor, while members join and leave', async () => {
    const settings = kafkaSettings((await createKafka()).brokers, { partitions: 6 });
    const stream = await createStream(settings);
    const store = new MemoryStore();
    const first = createSource(settings, 'p1');
    const second = createSource(settings, 'p2');
    first.start(store.owner());
    let sent = 0;
    let isSending = true;
    const sending = (async () => {
      while (isSending) {
        await stream.publish(submissionOf(readings(sent, 100)));
        sent += 100;
        await sleep(5);
      }
    })();
    await until(() => first.partitions.length === 6);
    await until(() => store.values.length > 0);
    second.start(store.owner());
    await until(() => second.partitions.length === 3 && first.partitions.length === 3);
    const before = store.values.length;
    await until(() => store.values.length > before);
    await first.stop();
    await until(() => second.partitions.length === 6);
    isSending = false;
    await sending;
    await until(() => store.values.length >= sent);
    expect(sent).toBeGreaterThan(1000);
    expect(sorted(store.values)).toEqual(sorted(expected(sent)));
    // For those who watch the lag, Kafka is told too.
    await until(async () => (await committedOffsets(settings)) === sent);
    const ofOne = store.values
      .filter((value) => value.startsWith('s7:'))
      .map((value) => Number(value.slice(3)));
    expect(ofOne).toEqual([...ofOne].sort((a, b) => a - b));
  });

  test('after a failed commit a partition is read again from what is stored', async () => {
    const settings = kafkaSettings((await createKafka()).brokers);
    const stream = await createStream(settings);
    const store = new MemoryStore();
    const source = createSource(settings, 'p1');
    source.start(store.owner());
    await stream.publish(submissionOf(readings(0, 200)));
    await until(() => store.values.length === 200);
    store.isDown = true;
    await stream.publish(submissionOf(readings(200, 200)));
    await sleep(1000);
    expect(store.values).toHaveLength(200);
    store.isDown = false;
    await until(() => store.values.length === 400);
    expect(sorted(store.values)).toEqual(sorted(expected(400)));
  });

  test('a poison record goes to the dead letters with its place and holds nothing up', async () => {
    const settings = kafkaSettings((await createKafka()).brokers, { partitions: 1 });
    const stream = await createStream(settings);
    const store = new MemoryStore();
    const source = createSource(settings, 'p1');
    source.start(store.owner());
    await stream.publish(submissionOf(readings(0, 3)));
    const producer = new RecordProducer(TOPICS.readings, {
      settings,
      clientId: 'x',
      log: silentLog(),
    });
    await producer.partitions();
    const foreign = new RecordBatchBuilder(1_700_000_000_000);
    const none = encodeHeaders({});
    const poison = [
      '{"sensor_id":"s0","readings":{"n":1}},{"sensor_id":"s0","readings":{"n":2}}',
      'nonsense',
      '',
      '{"sensor_id":"s0","readings":{"n":1}',
    ];
    for (const value of poison) foreign.append(Buffer.from('main/s0'), Buffer.from(value), none);
    // Not as our gateway writes it, and right all the same.
    const pretty =
      '{ "received_at": "2026-01-01T00:00:00Z",\n "sensor_id": "s3",\n "readings": { "n": 3 } }';
    foreign.append(Buffer.from('no-slash'), Buffer.from(pretty), none);
    await producer.produce(new Map([[0, foreign]]));
    await producer.close();
    await stream.publish(submissionOf(readings(4, 2)));
    await until(() => store.values.length === 6);
    expect(store.values).toEqual(expected(6));
    expect(store.refused.map(({ payload }) => payload)).toEqual(poison);
    expect(
      store.refused.map(
        ({ detail }) => /\(vigie\.readings, partition 0, offset (\d)\)$/.exec(detail)?.[1],
      ),
    ).toEqual(['3', '4', '5', '6']);
  });

  test('a sender that waits is answered with the outcome of all partitions, and queued when nobody processes', async () => {
    const settings = kafkaSettings((await createKafka()).brokers);
    const stream = await createStream(settings);
    const store = new MemoryStore();
    const queued = await stream.publish(submissionOf(readings(0, 50), { waitMs: 300 }));
    expect(queued).toMatchObject({ accepted: 50, status: 'queued' });
    const source = createSource(settings, 'p1');
    source.start(store.owner());
    await until(() => store.values.length === 50);
    const submission = submissionOf(
      [...readings(50, 100), { sensor_id: 'bad' }, ...readings(150, 50)],
      { waitMs: 20_000 },
    );
    const outcome = await stream.publish(submission);
    expect(outcome).toEqual({
      accepted: 150,
      late: 0,
      replaced: 0,
      duplicates: 0,
      rejected: [
        { index: 100, code: 'readings_missing', pointer: '/readings', detail: expect.any(String) },
      ],
      alerts: [],
    });
    expect(store.refused).toHaveLength(1);
  });
});
