import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClusterTopicMetadata,
  Consumer,
  type fetchV17,
  IS_CONTROL,
  protocolErrorsCodesById,
  type RecordsBatch,
  type ResponseError,
} from '@platformatic/kafka';
import type { Logger } from '#platform/logging.ts';
import { clientOptions, type KafkaSettings } from './client-options.ts';
import { atMost, backoffMs, within } from './deadline.ts';

// Tested by: test/scale/kafka-source.test.ts

const MAX_WAIT_MS = 250;
const MAX_PARTITION_BYTES = 1024 * 1024;
const MAX_BYTES = 8 * 1024 * 1024;
const FETCH_MS = 15_000;
const IDLE_MS = 1000;
const METADATA_MS = 5000;
const KNOWN_FOR_MS = 10_000;
const CLOSE_MS = 2000;

/** Records of one partition, in order; none of them has been seen since `open`. */
export interface FetchedRecords {
  partition: number;
  /** Of the first record. */
  firstOffset: number;
  /** Where to read on. */
  nextOffset: number;
  /** The offset that the next record of the partition will get. */
  endOffset: number;
  batches: RecordsBatch[];
}

export interface PartitionReaderOptions {
  settings: KafkaSettings;
  clientId: string;
  log: Logger;
  topic: string;
  /** Called for each portion, one at a time for each partition. */
  onRecords(records: FetchedRecords): void;
  /** A partition held nothing after what was read of it. */
  onIdle?(partition: number): void;
  /** False where a partition is to wait; ask again by `wake`. */
  isHungry(partition: number): boolean;
}

interface OpenPartition {
  offset: number;
  /** Records fetched for an earlier `open` are not delivered. */
  turn: number;
}

/**
 * Reads partitions from given offsets on, without a consumer group. One fetch is under way for each broker;
 * it asks for the partitions that are open and hungry. While brokers are away it tries again, without end.
 */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  readonly #open = new Map<number, OpenPartition>();
  readonly #busyNodes = new Set<number>();
  #consumer: Consumer | undefined;
  #known: ClusterTopicMetadata | undefined;
  #knownAtMs = 0;
  #isStale = false;
  #failures = 0;
  #turn = 0;
  #isClosed = true;
  #isWoken = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isClosed = false;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#open.clear();
    this.wake();
    await this.#drop();
    await this.#running;
  }

  /** Reads a partition from `offset` on; where it was open, it begins anew there. */
  open(partition: number, offset: number): void {
    this.#open.set(partition, { offset, turn: ++this.#turn });
    this.wake();
  }

  /** Nothing more of the partition is delivered. */
  shut(partition: number): void {
    this.#open.delete(partition);
  }

  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Number of the topic's partitions. Rejects where the brokers are away. */
  async partitions(): Promise<number> {
    const { topic } = this.#options;
    const wanted = { topics: [topic], forceUpdate: true };
    const metadata = await within(this.#client().metadata(wanted), METADATA_MS, 'no metadata');
    return metadata.topics.get(topic)!.partitionsCount;
  }

  /** The oldest or the next offset of each partition. Rejects where the brokers are away. */
  async offsets(
    which: 'oldest' | 'next',
    partitions: readonly number[],
  ): Promise<Map<number, number>> {
    const { topic } = this.#options;
    const timestamp = which === 'oldest' ? -2n : -1n;
    const wanted = { [topic]: [...partitions] };
    const listed = await within(
      this.#client().listOffsets({ topics: [topic], partitions: wanted, timestamp }),
      METADATA_MS,
      'offsets were not listed',
    );
    const offsets = listed.get(topic) ?? [];
    return new Map(partitions.map((partition) => [partition, Number(offsets[partition] ?? 0n)]));
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      this.#isWoken = false;
      try {
        if (this.#open.size > 0) await this.#plan();
      } catch (error) {
        await this.#failed(error);
        continue;
      }
      await this.#rest();
    }
  }

  /** Until it is woken, or was since the last plan. */
  async #rest(): Promise<void> {
    if (this.#isWoken) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, IDLE_MS);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  /** Starts a fetch from every broker that has something to ask for and no fetch under way. */
  async #plan(): Promise<void> {
    const known = await this.#topic();
    const hungry = [...this.#open.keys()].filter((at) => this.#options.isHungry(at));
    const byLeader = Map.groupBy(hungry, (at) => known.partitions[at]?.leader ?? -1);
    for (const [node, partitions] of byLeader) {
      if (node < 0) {
        this.#isStale = true;
        continue;
      }
      if (this.#busyNodes.has(node)) continue;
      this.#busyNodes.add(node);
      void this.#fetch(node, known.id, partitions).finally(() => {
        this.#busyNodes.delete(node);
        this.wake();
      });
    }
  }

  /** Where the partitions are. The library would tell, too, and takes a promise and a timer for it: this is asked at every turn. */
  async #topic(): Promise<ClusterTopicMetadata> {
    const { topic } = this.#options;
    const isNew = !this.#isStale && performance.now() - this.#knownAtMs < KNOWN_FOR_MS;
    if (this.#known !== undefined && isNew) return this.#known;
    const wanted = { topics: [topic], forceUpdate: this.#isStale };
    const metadata = await within(this.#client().metadata(wanted), METADATA_MS, 'no metadata');
    this.#known = metadata.topics.get(topic);
    if (this.#known === undefined) throw new Error(`there is no topic ${topic}`);
    this.#isStale = false;
    this.#knownAtMs = performance.now();
    return this.#known;
  }

  async #fetch(node: number, topicId: string, partitions: readonly number[]): Promise<void> {
    const asked = new Map(partitions.map((at) => [at, { ...this.#open.get(at)! }]));
    try {
      const fetched = this.#client().fetch({
        node,
        maxWaitTime: MAX_WAIT_MS,
        minBytes: 1,
        maxBytes: MAX_BYTES,
        topics: [
          { topicId, partitions: [...asked].map(([at, { offset }]) => fetchOf(at, offset)) },
        ],
      });
      const response = await within(fetched.catch(partialAnswer), FETCH_MS, 'no records');
      for (const part of response.responses.flatMap((answer) => answer.partitions)) {
        const then = asked.get(part.partitionIndex);
        // Shut, or begun anew elsewhere, while the answer was under way.
        if (then === undefined || this.#open.get(part.partitionIndex)?.turn !== then.turn) continue;
        if (part.errorCode === 0) this.#deliver(part, then.offset);
        else await this.#refused(part, then.offset);
      }
      for (const [at, { offset, turn }] of asked) {
        const now = this.#open.get(at);
        if (now?.turn === turn && now.offset === offset) this.#options.onIdle?.(at);
      }
      this.#failures = 0;
    } catch (error) {
      await this.#failed(error);
    }
  }

  #deliver(part: fetchV17.FetchResponsePartition, offset: number): void {
    const batches = (part.records ?? []).filter((batch) => lastOffsetOf(batch) >= offset);
    const last = batches.at(-1);
    if (last === undefined) return;
    const nextOffset = lastOffsetOf(last) + 1;
    this.#open.get(part.partitionIndex)!.offset = nextOffset;
    this.#options.onRecords({
      partition: part.partitionIndex,
      firstOffset: offset,
      nextOffset,
      endOffset: Number(part.highWatermark),
      batches: batches.filter(({ attributes }) => (attributes & IS_CONTROL) === 0),
    });
  }

  async #refused(part: fetchV17.FetchResponsePartition, offset: number): Promise<void> {
    const { log, topic } = this.#options;
    const partition = part.partitionIndex;
    const name = protocolErrorsCodesById[part.errorCode] ?? String(part.errorCode);
    if (name !== 'OFFSET_OUT_OF_RANGE') {
      this.#isStale = true;
      throw new Error(`${name}: ${topic}/${partition}`);
    }
    const oldest = (await this.offsets('oldest', [partition])).get(partition)!;
    log.error(
      { topic, partition, offset, oldest },
      'Kafka no longer has the records to go on from; the oldest that it has follow',
    );
    this.open(partition, oldest);
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#isClosed) return;
    this.#isStale = true;
    if (this.#failures === 0) {
      const { log, topic } = this.#options;
      log.warn({ err: error, topic }, 'Kafka: reading is tried again');
    }
    await this.#drop();
    await sleep(backoffMs(this.#failures++));
  }

  #client(): Consumer {
    if (this.#consumer === undefined) {
      const { settings, clientId, topic } = this.#options;
      // It never joins; the library wants the name of a group all the same.
      const options = { ...clientOptions(settings, clientId), groupId: `${clientId}-none` };
      this.#consumer = new Consumer(options);
      this.#consumer.topics.track(topic);
    }
    return this.#consumer;
  }

  async #drop(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer) await atMost(consumer.close(true), CLOSE_MS);
  }
}

function fetchOf(partition: number, offset: number): fetchV17.FetchRequestPartition {
  return {
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: MAX_PARTITION_BYTES,
  };
}

/** Where some partitions were refused, the others' records come with the error. */
function partialAnswer(error: Error): fetchV17.FetchResponse {
  const { response } = error as ResponseError;
  if (response === undefined || (response as fetchV17.FetchResponse).errorCode !== 0) throw error;
  return response as fetchV17.FetchResponse;
}

function lastOffsetOf(batch: RecordsBatch): number {
  return Number(batch.firstOffset) + batch.lastOffsetDelta;
}
