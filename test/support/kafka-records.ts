import { Consumer } from '@platformatic/kafka';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { systemClock } from '#domain/time.ts';
import { createLogger, type Logger } from '#platform/logging.ts';
import { parseJson } from '#services/gateway/formats/json.ts';
import { parseRecords } from '#services/gateway/formats/records.ts';
import type { KafkaSettings } from '#stream/kafka/client-options.ts';
import { clientOptions } from '#stream/kafka/client-options.ts';
import { KafkaSource } from '#stream/kafka/kafka-source.ts';
import { PartitionReader } from '#stream/kafka/partition-reader.ts';
import type { Submission } from '#stream/reading-stream.ts';

export interface ReadRecord {
  partition: number;
  offset: number;
  key: string;
  value: string;
  headers: Record<string, string>;
}

export function kafkaSettings(
  brokers: string,
  changes: Partial<KafkaSettings> = {},
): KafkaSettings {
  return {
    brokers: brokers.split(','),
    tls: undefined,
    sasl: undefined,
    partitions: 4,
    replication: brokers.split(',').length,
    compression: 'lz4',
    ...changes,
  };
}

/** What a processor reads from Kafka, as the platform puts it together; whoever makes it stops it. */
export function kafkaSource(
  settings: KafkaSettings,
  clientId: string,
  log: Logger = silentLog(),
): KafkaSource {
  return new KafkaSource({
    ...{ settings, clientId, log },
    limits: DEFAULT_LIMITS,
    parse: parseRecords,
    clock: systemClock,
  });
}

/** Readings as the gateway hands them on. */
export function submissionOf(
  readings: readonly object[],
  changes: Partial<Submission> = {},
): Submission {
  const bytes = Buffer.from(JSON.stringify(readings));
  const receivedMs = Date.now();
  return {
    customer: 'main',
    source: 'http',
    receivedMs,
    bytes: bytes.length,
    parsed: parseJson(bytes, { limits: DEFAULT_LIMITS, receivedMs }),
    ...changes,
  };
}

/** Every record that is in a topic now, partition by partition. */
export async function readTopic(settings: KafkaSettings, topic: string): Promise<ReadRecord[]> {
  const consumer = new Consumer({ ...clientOptions(settings, 'test'), groupId: 'test' });
  const metadata = await consumer.metadata({ topics: [topic] });
  await consumer.close();
  const all = Array.from({ length: metadata.topics.get(topic)!.partitionsCount }, (_, at) => at);
  const records: ReadRecord[] = [];
  const done = Promise.withResolvers<void>();
  const missing = new Map<number, number>();
  const reader = new PartitionReader({
    settings,
    clientId: 'test',
    log: silentLog(),
    topic,
    isHungry: () => true,
    onRecords({ partition, batches, nextOffset }) {
      for (const batch of batches) {
        for (const { key, value, headers, offsetDelta } of batch.records) {
          records.push({
            partition,
            offset: Number(batch.firstOffset) + offsetDelta,
            key: String(key),
            value: String(value),
            headers: Object.fromEntries(headers.map((pair) => pair.map(String))),
          });
        }
      }
      if (nextOffset >= missing.get(partition)!) missing.delete(partition);
      if (missing.size === 0) done.resolve();
    },
  });
  for (const [partition, next] of await reader.offsets('next', all)) {
    if (next > 0) missing.set(partition, next);
  }
  reader.start();
  for (const partition of missing.keys()) reader.open(partition, 0);
  if (missing.size > 0) await done.promise;
  await reader.close();
  return records;
}

export function silentLog(): Logger {
  return createLogger({ level: 'silent' });
}
