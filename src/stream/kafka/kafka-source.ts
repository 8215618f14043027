import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf, recordKey } from '#domain/partition-hash.ts';
import type { Limits } from '#domain/reading.ts';
import type { Clock } from '#domain/time.ts';
import type { Logger } from '#platform/logging.ts';
import type { PartitionIntake, PartitionOwner, ReadingSource } from '../reading-source.ts';
import type { KafkaSettings } from './client-options.ts';
import { backoffMs } from './deadline.ts';
import { GroupMember } from './group-member.ts';
import { PartitionFeed } from './partition-feed.ts';
import { PartitionReader } from './partition-reader.ts';
import { RecordProducer } from './record-producer.ts';
import { type ParseRecords, RecordReader } from './record-reader.ts';
import { ReplySender } from './reply-sender.ts';
import { ensureTopics, TOPICS } from './topics.ts';

// Tested by: test/scale/kafka-source.test.ts

const GROUP = 'vigie-processor';
const COMMIT_MS = 1000;

export interface KafkaSourceOptions {
  settings: KafkaSettings;
  /** Of this process. */
  clientId: string;
  log: Logger;
  limits: Limits;
  parse: ParseRecords;
  clock: Clock;
}

/** A partition that the group has given to this process; `opening` runs until it is given to another. */
interface Assigned {
  feed: PartitionFeed | undefined;
  isGone: boolean;
  gone: PromiseWithResolvers<undefined>;
  opening: Promise<void>;
}

/**
 * Partitions of `vigie.readings`, as many as the consumer group gives to this process. The position of each is its
 * owner's; Kafka is told of it afterwards, for those who watch the lag. After a failure a partition is opened
 * anew and read again from the position that is stored.
 */
export class KafkaSource implements ReadingSource {
  readonly #options: KafkaSourceOptions;
  readonly #member: GroupMember;
  readonly #reader: PartitionReader;
  readonly #replies: ReplySender;
  readonly #assigned = new Map<number, Assigned>();
  readonly #closing = new Set<Promise<void>>();
  readonly #committed = new Map<number, number>();
  #owner: PartitionOwner | undefined;
  #commitTimer: NodeJS.Timeout | undefined;
  #isStopped = true;
  #starting: Promise<void> | undefined;

  constructor(options: KafkaSourceOptions) {
    const { settings, clientId, log } = options;
    this.#options = options;
    this.#replies = new ReplySender(new RecordProducer(TOPICS.replies, options), log);
    this.#member = new GroupMember({
      settings,
      clientId,
      log,
      topic: TOPICS.readings,
      group: GROUP,
      onAssigned: (partitions) => this.#assign(partitions),
    });
    this.#reader = new PartitionReader({
      settings,
      clientId,
      log,
      topic: TOPICS.readings,
      isHungry: (partition) => this.#assigned.get(partition)?.feed?.isHungry ?? false,
      onRecords: (records) => this.#assigned.get(records.partition)?.feed?.take(records),
      onIdle: (partition) => this.#assigned.get(partition)?.feed?.idle(),
    });
  }

  /** Partitions that this process has at present and takes readings of. */
  get partitions(): number[] {
    return [...this.#feeds().keys()];
  }

  /** Readings that lie in the log of these partitions and are not durable yet, as far as is known. */
  get lag(): number {
    let sum = 0;
    for (const { position, endOffset } of this.#feeds().values()) sum += endOffset - position;
    return sum;
  }

  start(owner: PartitionOwner): void {
    this.#owner = owner;
    this.#isStopped = false;
    this.#starting = this.#begin();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#commitTimer);
    await this.#starting;
    const feeds = this.#feeds();
    this.#assign([]);
    await Promise.all(this.#closing);
    await this.#commit(feeds);
    await this.#member.close();
    await this.#reader.close();
    await this.#replies.close();
  }

  async #begin(): Promise<void> {
    const { settings, clientId, log } = this.#options;
    for (let attempt = 0; !this.#isStopped; attempt++) {
      try {
        await ensureTopics(settings, clientId);
        break;
      } catch (error) {
        if (attempt === 0) log.warn({ err: error }, 'Kafka does not answer');
        await sleep(backoffMs(attempt, { firstMs: 200 }));
      }
    }
    if (this.#isStopped) return;
    this.#reader.start();
    this.#member.start();
    this.#commitTimer = setInterval(() => void this.#commit(), COMMIT_MS);
  }

  #assign(partitions: readonly number[]): void {
    for (const [partition, assigned] of this.#assigned) {
      if (partitions.includes(partition)) continue;
      this.#assigned.delete(partition);
      this.#committed.delete(partition);
      assigned.isGone = true;
      assigned.gone.resolve(undefined);
      assigned.feed?.end();
      this.#reader.shut(partition);
      const closed = assigned.opening.finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
    if (this.#isStopped) return;
    for (const partition of partitions) {
      if (this.#assigned.has(partition)) continue;
      const assigned: Assigned = {
        feed: undefined,
        isGone: false,
        gone: Promise.withResolvers(),
        opening: Promise.resolve(),
      };
      this.#assigned.set(partition, assigned);
      const before = [...this.#closing];
      assigned.opening = Promise.all(before).then(() => this.#keepOpen(partition, assigned));
    }
  }

  /** Holds a partition open, and opens it again whenever it breaks, until it is given to another process. */
  async #keepOpen(partition: number, assigned: Assigned): Promise<void> {
    const { log } = this.#options;
    for (let attempt = 0; !assigned.isGone; ) {
      const begun = Date.now();
      try {
        await this.#once(partition, assigned);
      } catch (error) {
        log.warn({ err: error, partition }, 'a partition is opened again');
      }
      if (assigned.isGone) return;
      attempt = Date.now() - begun > 30_000 ? 0 : attempt + 1;
      await sleep(backoffMs(attempt, { firstMs: 200, mostMs: 5000 }));
    }
  }

  /** From opening a partition to its end. Rejects where it broke. */
  async #once(partition: number, assigned: Assigned): Promise<void> {
    const { limits, parse, clock } = this.#options;
    const broken = Promise.withResolvers<Error>();
    const count = await this.#reader.partitions();
    const intake = await this.#owner!.open(
      {
        number: partition,
        count,
        holds: (customer, sensorId) =>
          partitionOf(Buffer.from(recordKey(customer, sensorId)), count) === partition,
      },
      broken.resolve,
    );
    const feed = new PartitionFeed({
      intake,
      clock,
      reader: new RecordReader(TOPICS.readings, { limits, parse }),
      onHungry: () => this.#reader.wake(),
      onBroken: broken.resolve,
      onOutcome: ({ reply }, outcome) => {
        if (reply === undefined) return;
        this.#replies.send(reply.address, { readings: reply.readings, outcome });
      },
    });
    assigned.feed = feed;
    this.#reader.open(partition, intake.nextOffset);
    this.#options.log.info({ partition, from: intake.nextOffset }, 'a partition is read');
    const error = await Promise.race([broken.promise, assigned.gone.promise]);
    feed.end();
    assigned.feed = undefined;
    if (!assigned.isGone) this.#reader.shut(partition);
    await this.#close(intake, error === undefined ? 'handover' : 'abandon');
    if (error !== undefined) throw error;
  }

  async #close(intake: PartitionIntake, how: 'handover' | 'abandon'): Promise<void> {
    await intake
      .close(how)
      .catch((error: unknown) =>
        this.#options.log.warn({ err: error }, 'a partition was not closed cleanly'),
      );
  }

  #feeds(): Map<number, PartitionFeed> {
    const feeds = new Map<number, PartitionFeed>();
    for (const [partition, { feed }] of this.#assigned) if (feed) feeds.set(partition, feed);
    return feeds;
  }

  async #commit(feeds = this.#feeds()): Promise<void> {
    const positions = new Map<number, number>();
    for (const [partition, { position }] of feeds) {
      if (this.#committed.get(partition) !== position) positions.set(partition, position);
    }
    try {
      await this.#member.commit(positions);
      for (const [partition, next] of positions) this.#committed.set(partition, next);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'positions were not told to Kafka');
    }
  }
}
