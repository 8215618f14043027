import type { Clock } from '#domain/time.ts';
import type { CommitStore } from '#storage/commit-store.ts';
import type { Partition, PartitionIntake, PartitionOwner } from '#stream/reading-source.ts';
import type { IngestOutcome, Submission } from '#stream/reading-stream.ts';
import type { ProcessorDependencies } from '../dependencies.ts';
import { Processor } from '../processor.ts';
import { LogClock } from './log-clock.ts';

// Tested by: test/scale/shards.test.ts

/** A partition's place in the storage. Claiming it shuts out whoever had it before. */
interface ShardStore extends CommitStore {
  /** From where the log is to be read on; undefined where nothing of it has been committed. */
  readonly nextOffset: number | undefined;
  close(): Promise<void>;
}

interface ShardHostOptions {
  /** What every processor of this process is given; clock, commits and ownership are the shard's. */
  common: Omit<ProcessorDependencies, 'commits' | 'clock' | 'partition' | 'onFailed' | 'onLoaded'>;
  clock: Clock;
  /** The place of a partition; its first use claims it. */
  store(partition: number): ShardStore;
  /** A processor takes readings from now on; what is returned is called before it stops. */
  onStarted(processor: Processor, store: ShardStore): () => Promise<void> | void;
}

/** The partitions that this process has been given: a processor for each, with its own place in the storage. */
export class ShardHost implements PartitionOwner {
  readonly #options: ShardHostOptions;
  readonly #shards = new Set<Shard>();

  constructor(options: ShardHostOptions) {
    this.#options = options;
  }

  /** Those that take readings at present. */
  get processors(): Processor[] {
    return [...this.#shards].flatMap(({ processor }) => (processor ? [processor] : []));
  }

  async open(partition: Partition, onBroken: (error: Error) => void): Promise<PartitionIntake> {
    const store = this.#options.store(partition.number);
    try {
      await store.probe();
    } catch (error) {
      await store.close();
      throw error;
    }
    const shard = new Shard(store, {
      ...this.#options,
      partition,
      onBroken,
      onClosed: () => this.#shards.delete(shard),
    });
    this.#shards.add(shard);
    return shard;
  }
}

interface ShardOptions extends ShardHostOptions {
  partition: Partition;
  onBroken(error: Error): void;
  onClosed(): void;
}

/**
 * One partition and its processor. State machine: `claimed → running → closed`. The processor begins with the first
 * word of where the log's time stands. It never recovers by itself: what came after a lost group has to be
 * read again, so the partition is opened anew.
 */
class Shard implements PartitionIntake {
  readonly nextOffset: number;
  processor: Processor | undefined;
  readonly #options: ShardOptions;
  readonly #store: ShardStore;
  #clock: LogClock | undefined;
  #starting: Promise<Processor> | undefined;
  #onStopped: (() => Promise<void> | void) | undefined;

  constructor(store: ShardStore, options: ShardOptions) {
    this.#store = store;
    this.#options = options;
    this.nextOffset = store.nextOffset ?? 0;
  }

  async publish(submission: Submission): Promise<IngestOutcome> {
    const clock = this.#clock;
    if (clock === undefined) throw new Error('published before the time of the log was told');
    // Now, while the log's time is still what it was before this one; or when what is stored has told it.
    const atOnceMs = this.processor && clock.receiptOf(submission.receivedMs);
    // Through the same promise for each, so that none overtakes another.
    const processor = await this.#starting!;
    const receivedMs = atOnceMs ?? clock.receiptOf(submission.receivedMs);
    clock.seenThrough(receivedMs);
    return processor.publish({ ...submission, receivedMs });
  }

  seenThrough(ms: number): void {
    if (this.#clock === undefined) {
      this.#starting = this.#start(ms);
      this.#starting.catch((error: Error) => this.#options.onBroken(error));
    } else if (this.processor !== undefined) this.#clock.seenThrough(ms);
  }

  async close(how: 'handover' | 'abandon'): Promise<void> {
    const { onClosed } = this.#options;
    const processor = await this.#starting?.catch(() => undefined);
    try {
      await this.#onStopped?.();
      if (how === 'handover') await processor?.stop();
      else await processor?.abandon();
    } finally {
      this.processor = undefined;
      onClosed();
      await this.#store.close();
    }
  }

  async #start(ms: number): Promise<Processor> {
    const { common, clock, partition, onBroken, onStarted } = this.#options;
    const logClock = new LogClock(clock, Math.min(ms, clock.now()));
    this.#clock = logClock;
    const processor = new Processor({
      ...common,
      commits: this.#store,
      clock: logClock,
      partition,
      onFailed: onBroken,
      onLoaded(fleet) {
        // So far the log was read before: the first word may be that of a clock that is behind.
        for (const { lastReceivedMs = 0 } of fleet.all()) logClock.seenThrough(lastReceivedMs);
      },
    });
    await processor.start();
    this.processor = processor;
    this.#onStopped = onStarted(processor, this.#store);
    return processor;
  }
}
