import { partitionOf } from '#domain/partition-hash.ts';
import type { Logger } from '#platform/logging.ts';
import { atMost } from './deadline.ts';
import { encodeHeaders, RecordBatchBuilder } from './record-batch.ts';
import type { RecordProducer } from './record-producer.ts';
import type { Reply } from './replies.ts';

// Tested by: test/scale/kafka-source.test.ts

/** More than so many unsent replies are dropped: those who wait are then told `queued`. */
const MOST_WAITING = 10_000;
const CLOSE_MS = 2000;
const NO_HEADERS = encodeHeaders({});

/** Sends what became of readings to the gateways that wait for it; one that is lost costs its sender the wait. */
export class ReplySender {
  readonly #producer: RecordProducer;
  readonly #log: Logger;
  #waiting: { address: string; reply: Reply }[] = [];
  #sending: Promise<void> | undefined;

  constructor(producer: RecordProducer, log: Logger) {
    this.#producer = producer;
    this.#log = log;
  }

  /** `address` is `<gateway>/<request>`. */
  send(address: string, reply: Reply): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push({ address, reply });
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Brokers that do not answer are not waited for. */
  async close(): Promise<void> {
    await atMost(this.#sending, CLOSE_MS);
    await this.#producer.close();
  }

  async #sendAll(): Promise<void> {
    try {
      const partitions = await this.#producer.partitions();
      while (this.#waiting.length > 0) {
        const batches = new Map<number, RecordBatchBuilder>();
        for (const { address, reply } of this.#waiting.splice(0)) {
          const [gateway = ''] = address.split('/');
          const partition = partitionOf(Buffer.from(gateway), partitions);
          const batch = batches.get(partition) ?? new RecordBatchBuilder(Date.now());
          batches.set(partition, batch);
          batch.append(Buffer.from(address), Buffer.from(JSON.stringify(reply)), NO_HEADERS);
        }
        await this.#producer.produce(batches);
      }
    } catch (error) {
      this.#waiting = [];
      this.#log.warn({ err: error }, 'replies were not sent');
    }
  }
}
