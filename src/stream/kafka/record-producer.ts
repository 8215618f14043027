import { setTimeout as sleep } from 'node:timers/promises';
import {
  Base,
  type ClusterMetadata,
  initProducerIdV4,
  protocolErrorsCodesById,
} from '@platformatic/kafka';
import { VigieError } from '#domain/errors.ts';
import type { Logger } from '#platform/logging.ts';
import { clientOptions, type KafkaSettings } from './client-options.ts';
import { atMost, backoffMs, within } from './deadline.ts';
import { PRODUCE_VERSIONS, sendProduce } from './produce-request.ts';
import type { ProducerIdentity, RecordBatchBuilder } from './record-batch.ts';

// Tested by: test/scale/kafka-stream.test.ts

/** From the first attempt to giving up; then nothing of it is acknowledged. */
const PRODUCE_MS = 15_000;
/** How long a broker waits for its replicas in one attempt. */
const REPLICAS_MS = 5000;
const ATTEMPT_MS = 12_000;
const CLOSE_MS = 2000;

/** What is said of a partition when the leader moves, or replicas are away: the same batch is sent again. */
const TRANSIENT = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
]);
/** The broker has forgotten the producer, or counts otherwise: a new identity begins to count anew. */
const LOST_IDENTITY = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

interface ProducerOptions {
  settings: KafkaSettings;
  clientId: string;
  log: Logger;
}

/**
 * Writes record batches of one topic, idempotently and to all in-sync replicas: a batch that is sent again
 * because an answer was lost is appended once. One `produce` is under way at a time; callers gather what
 * comes meanwhile.
 */
export class RecordProducer {
  readonly #options: ProducerOptions;
  readonly #topic: string;
  readonly #sequences = new Map<number, number>();
  #client: Base | undefined;
  #version = 0;
  #identity: ProducerIdentity | undefined;
  #isClosed = false;

  constructor(topic: string, options: ProducerOptions) {
    this.#topic = topic;
    this.#options = options;
  }

  /** Number of the topic's partitions. Rejects with `storage_unavailable`. */
  async partitions(): Promise<number> {
    try {
      const metadata = await within(this.#metadata(true), ATTEMPT_MS, 'Kafka did not answer');
      return metadata.topics.get(this.#topic)!.partitionsCount;
    } catch (error) {
      await this.#drop();
      throw unavailable(error);
    }
  }

  /**
   * Resolves once all in-sync replicas have every batch. Rejects with `storage_unavailable`: some of them
   * may be there all the same, and are there once more when they are sent again.
   */
  async produce(batches: ReadonlyMap<number, RecordBatchBuilder>): Promise<void> {
    const remaining = new Map(batches);
    const deadline = performance.now() + PRODUCE_MS;
    let lastError: unknown;
    for (let attempt = 0; remaining.size > 0; attempt++) {
      if (attempt > 0) await sleep(backoffMs(attempt));
      const leftMs = deadline - performance.now();
      if (leftMs <= 0 || this.#isClosed) {
        // Whether what is left was written is not known: its numbers must not be given to other records.
        await this.#drop();
        throw unavailable(lastError);
      }
      try {
        const attemptMs = Math.min(leftMs, ATTEMPT_MS);
        lastError = await within(this.#attempt(remaining, attempt > 0), attemptMs, 'no answer');
      } catch (error) {
        lastError = error;
        const isFinal = error instanceof VigieError;
        await this.#drop({ keepIdentity: !isFinal });
        if (isFinal) throw error;
      }
      if (attempt === 0 && lastError !== undefined) {
        this.#options.log.warn({ err: lastError, topic: this.#topic }, 'Kafka: trying again');
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#drop();
  }

  /** Takes out of `remaining` what is written; answers the last thing that was wrong. */
  async #attempt(
    remaining: Map<number, RecordBatchBuilder>,
    isRetry: boolean,
  ): Promise<Error | undefined> {
    const metadata = await this.#metadata(isRetry);
    this.#identity ??= await this.#identify(metadata);
    const identity = this.#identity;
    const byLeader = Map.groupBy(
      remaining.keys(),
      (partition) => metadata.topics.get(this.#topic)?.partitions[partition]?.leader ?? -1,
    );
    const problems = await Promise.all(
      [...byLeader].map(([leader, partitions]) =>
        this.#send(remaining, { metadata, identity, leader, partitions }).catch(
          (error: Error) => error,
        ),
      ),
    );
    const fatal = problems.find((problem) => problem instanceof VigieError);
    if (fatal !== undefined) throw fatal;
    return problems.find((problem) => problem !== undefined);
  }

  async #send(
    remaining: Map<number, RecordBatchBuilder>,
    to: {
      metadata: ClusterMetadata;
      identity: ProducerIdentity;
      leader: number;
      partitions: number[];
    },
  ): Promise<Error | undefined> {
    const broker = to.metadata.brokers.get(to.leader);
    if (broker === undefined || this.#client === undefined) {
      return new Error(`no leader for partitions ${to.partitions.join(', ')} of ${this.#topic}`);
    }
    const connection = await this.#client.connections.get(broker);
    const { compression } = this.#options.settings;
    const answers = await sendProduce(connection, {
      topic: this.#topic,
      version: this.#version,
      timeoutMs: REPLICAS_MS,
      batches: to.partitions.map((partition) => {
        const sequence = this.#sequences.get(partition) ?? 0;
        const bytes = remaining.get(partition)!.finish(to.identity, sequence, compression);
        return { partition, bytes };
      }),
    });
    let problem: Error | undefined;
    for (const [partition, code] of answers) {
      const name = protocolErrorsCodesById[code] ?? String(code);
      const batch = remaining.get(partition);
      // An answer that came when nobody waited for it any more.
      if (batch === undefined) continue;
      if (code === 0 || name === 'DUPLICATE_SEQUENCE_NUMBER') {
        const sequence = this.#sequences.get(partition) ?? 0;
        this.#sequences.set(partition, nextSequence(sequence, batch.count));
        remaining.delete(partition);
      } else if (LOST_IDENTITY.has(name)) {
        this.#identity = undefined;
        this.#sequences.clear();
        problem = new Error(`${name}: ${this.#topic}/${partition}`);
      } else if (TRANSIENT.has(name)) problem = new Error(`${name}: ${this.#topic}/${partition}`);
      else throw new VigieError('storage_unavailable', `Kafka refuses records: ${name}.`);
    }
    return problem;
  }

  async #metadata(isFresh: boolean): Promise<ClusterMetadata> {
    const client = this.#client ?? (await this.#reach());
    return client.metadata({ topics: [this.#topic], forceUpdate: isFresh });
  }

  /** A client that was long in coming is not kept where it was given up meanwhile, or another was there first. */
  async #reach(): Promise<Base> {
    const client = await this.#connect();
    if (!this.#isClosed && this.#client === undefined) {
      this.#client = client;
      return client;
    }
    await atMost(client.close(), CLOSE_MS);
    if (this.#client === undefined) throw new Error('the producer is closed');
    return this.#client;
  }

  async #connect(): Promise<Base> {
    const { settings, clientId } = this.#options;
    const client = new Base(clientOptions(settings, clientId));
    try {
      const offered = (await client.listApis()).find(({ name }) => name === 'Produce');
      this.#version = Math.min(offered?.maxVersion ?? 0, PRODUCE_VERSIONS.newest);
      if (this.#version < PRODUCE_VERSIONS.oldest) {
        throw new VigieError('not_supported', 'Kafka 2.8 or newer is needed.');
      }
      return client;
    } catch (error) {
      await client.close().catch(() => undefined);
      throw error;
    }
  }

  async #identify({ brokers }: ClusterMetadata): Promise<ProducerIdentity> {
    let lastError: unknown = new Error('no broker is known');
    for (const broker of brokers.values()) {
      try {
        const connection = await this.#client!.connections.get(broker);
        const { producerId, producerEpoch } = await initProducerIdV4.api.async(connection, null, 0);
        return { id: producerId, epoch: producerEpoch };
      } catch (error) {
        lastError = error;
      }
    }
    throw lastError;
  }

  async #drop({ keepIdentity = false } = {}): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!keepIdentity) {
      this.#identity = undefined;
      this.#sequences.clear();
    }
    if (client) await atMost(client.close(), CLOSE_MS);
  }
}

/** 32 bits without a sign, and around. */
function nextSequence(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000;
}

function unavailable(cause: unknown): VigieError {
  if (cause instanceof VigieError) return cause;
  return new VigieError('storage_unavailable', 'Kafka does not answer.', {
    retryAfterSeconds: 2,
    cause,
  });
}
