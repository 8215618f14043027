import { partitionOf, recordKey } from '#domain/partition-hash.ts';
import type { Logger } from '#platform/logging.ts';
import type { EventSink, OutgoingEvent } from '../event-sink.ts';
import type { KafkaSettings } from './client-options.ts';
import { encodeHeaders, RecordBatchBuilder } from './record-batch.ts';
import { RecordProducer } from './record-producer.ts';
import { TOPICS } from './topics.ts';

// Tested by: test/scale/publisher.test.ts

/** CloudEvents Kafka protocol binding 1.0, section 3.3. */
const STRUCTURED = encodeHeaders({ 'content-type': 'application/cloudevents+json; charset=UTF-8' });
const MAX_BATCH_BYTES = 900 * 1024;

/** Events for others on `vigie.alerts` and `vigie.dead-letters`, keyed by customer and sensor. */
export class KafkaEvents implements EventSink {
  readonly #alerts: RecordProducer;
  readonly #deadLetters: RecordProducer;

  constructor(options: { settings: KafkaSettings; clientId: string; log: Logger }) {
    this.#alerts = new RecordProducer(TOPICS.alerts, options);
    this.#deadLetters = new RecordProducer(TOPICS.deadLetters, options);
  }

  alerts(events: readonly OutgoingEvent[]): Promise<void> {
    return send(this.#alerts, events);
  }

  deadLetters(events: readonly OutgoingEvent[]): Promise<void> {
    return send(this.#deadLetters, events);
  }

  async close(): Promise<void> {
    await Promise.all([this.#alerts.close(), this.#deadLetters.close()]);
  }
}

async function send(producer: RecordProducer, events: readonly OutgoingEvent[]): Promise<void> {
  if (events.length === 0) return;
  const partitions = await producer.partitions();
  let batches = new Map<number, RecordBatchBuilder>();
  for (const { customer, sensorId, body } of events) {
    const key = Buffer.from(recordKey(customer, sensorId ?? ''));
    const partition = partitionOf(key, partitions);
    const value = Buffer.from(body);
    let batch = batches.get(partition);
    if (batch !== undefined && batch.bytes + value.length > MAX_BATCH_BYTES) {
      await producer.produce(batches);
      batches = new Map();
      batch = undefined;
    }
    if (batch === undefined) {
      batch = new RecordBatchBuilder(Date.now());
      batches.set(partition, batch);
    }
    batch.append(key, value, STRUCTURED);
  }
  await producer.produce(batches);
}
