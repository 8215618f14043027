import { setTimeout as sleep } from 'node:timers/promises';
import { VigieError } from '#domain/errors.ts';
import type { Logger } from '#platform/logging.ts';
import type { IngestOutcome, ReadingStream, Submission } from '../reading-stream.ts';
import type { KafkaSettings } from './client-options.ts';
import { atMost, backoffMs } from './deadline.ts';
import { ProduceQueue } from './produce-queue.ts';
import { RecordProducer } from './record-producer.ts';
import { RecordWriter } from './record-writer.ts';
import { Replies } from './replies.ts';
import { ensureTopics, TOPICS } from './topics.ts';

// Tested by: test/scale/kafka-stream.test.ts

const SEND_REST_MS = 5000;
const END_SEARCH_MS = 1000;

export interface KafkaStreamOptions {
  settings: KafkaSettings;
  /** Of this process; names it to the brokers and is where replies are sent to. */
  clientId: string;
  log: Logger;
  /** Size of the requests that may wait for the brokers; beyond it `overloaded`. */
  queueBytes: number;
}

/**
 * From gateways to processors by way of the topic `vigie.readings`. What arrives while one produce call is
 * under way goes out in the next. A submission is acknowledged once all in-sync replicas have its records.
 *
 * State machine: `stopped → away ⇄ running → stopped`. In `away` (no broker answers, or one refused a batch)
 * everything is answered 503 at once, and the brokers are asked again until they answer.
 */
export class KafkaStream implements ReadingStream {
  readonly #options: KafkaStreamOptions;
  readonly #queue: ProduceQueue;
  readonly #producer: RecordProducer;
  readonly #replies: Replies;
  #phase: 'stopped' | 'away' | 'running' = 'stopped';
  #failure: VigieError | undefined;
  #writer: RecordWriter | undefined;
  #isPumpPlanned = false;
  #pumping: Promise<void> | undefined;
  #search: Promise<void> | undefined;

  constructor(options: KafkaStreamOptions) {
    this.#options = options;
    this.#queue = new ProduceQueue(options.queueBytes);
    this.#producer = new RecordProducer(TOPICS.readings, options);
    this.#replies = new Replies(options);
  }

  /** Why readings are not taken at present; undefined where they are. */
  get failure(): VigieError | undefined {
    if (this.#phase === 'running') return undefined;
    const code = this.#phase === 'stopped' ? 'shutting_down' : 'storage_unavailable';
    return this.#failure ?? new VigieError(code, 'Kafka is not there.', { retryAfterSeconds: 2 });
  }

  get queuedReadings(): number {
    return this.#queue.records;
  }

  /** Begins to look for the brokers; does not wait for them. */
  start(): void {
    this.#phase = 'away';
    this.#search = this.#findBrokers();
  }

  /** Sends what was taken, and takes nothing more. */
  async stop(): Promise<void> {
    this.#phase = 'stopped';
    await atMost(this.#pumping, SEND_REST_MS);
    this.#queue.refuseAll(this.failure ?? new VigieError('shutting_down', 'Stopped.'));
    await this.#producer.close();
    await this.#replies.stop();
    // A search that is under way ends by itself; nothing waits for what it finds.
    await atMost(this.#search, END_SEARCH_MS);
  }

  async publish(submission: Submission): Promise<IngestOutcome> {
    const writer = this.#writer;
    const { failure } = this;
    if (failure !== undefined || writer === undefined) throw failure;
    const { parsed, bytes, waitMs } = submission;
    const { count } = parsed.batch;
    const reply =
      waitMs === undefined || count === 0 ? undefined : this.#replies.expect(count, waitMs);
    try {
      const written = this.#queue.add(bytes, (take) => {
        writer.readings(submission, take, reply === undefined ? {} : { reply: reply.address });
        writer.refused(submission, parsed.refused, take);
      });
      this.#planPump();
      await written;
    } catch (error) {
      reply?.forget();
      throw error;
    }
    const rejected = parsed.refused.map(({ index, code, pointer, detail }) => ({
      index,
      code,
      pointer,
      detail,
    }));
    const outcome = await reply?.outcome;
    if (outcome === undefined) {
      const counts = { accepted: count, late: 0, replaced: 0, duplicates: 0 };
      return { ...counts, rejected, alerts: [], ...(count > 0 && { status: 'queued' }) };
    }
    outcome.rejected = [...outcome.rejected, ...rejected].sort((a, b) => a.index - b.index);
    return outcome;
  }

  /** Requests that arrive in one turn of the event loop go out together. */
  #planPump(): void {
    if (this.#isPumpPlanned || this.#pumping !== undefined) return;
    this.#isPumpPlanned = true;
    setImmediate(() => {
      this.#isPumpPlanned = false;
      this.#pumping ??= this.#pump().finally(() => {
        this.#pumping = undefined;
      });
    });
  }

  async #pump(): Promise<void> {
    for (let group = this.#queue.take(); group !== undefined; group = this.#queue.take()) {
      try {
        await this.#producer.produce(group.batches);
        this.#queue.settle(group);
      } catch (error) {
        const failure = error as VigieError;
        this.#fail(failure);
        this.#queue.settle(group, failure);
        this.#queue.refuseAll(failure);
      }
    }
  }

  #fail(failure: VigieError): void {
    if (this.#phase !== 'running') return;
    this.#phase = 'away';
    this.#failure = failure;
    this.#options.log.error({ err: failure }, 'readings are refused until Kafka answers');
    this.#search = this.#findBrokers();
  }

  async #findBrokers(): Promise<void> {
    for (let attempt = 0; this.#phase === 'away'; attempt++) {
      try {
        if (this.#writer === undefined) {
          const { settings, clientId } = this.#options;
          await ensureTopics(settings, clientId);
        }
        const partitions = await this.#producer.partitions();
        this.#writer = new RecordWriter(partitions);
        await this.#replies.start();
        if (this.#phase !== 'away') return;
        this.#phase = 'running';
        this.#failure = undefined;
        this.#options.log.info({ partitions }, 'readings are taken by way of Kafka');
      } catch (error) {
        this.#failure = error as VigieError;
        if (attempt === 0) this.#options.log.warn({ err: error }, 'Kafka does not answer');
        await sleep(backoffMs(attempt, { firstMs: 200 }));
      }
    }
  }
}
