import type { IngestOutcome, Submission } from './reading-stream.ts';

/**
 * What takes the readings of one partition of a log. They become durable together with the position after
 * them, so none is lost or stored twice whenever it ends.
 */
export interface PartitionIntake {
  /** Where to read on: everything before it is durable. */
  readonly nextOffset: number;
  /**
   * Settles as `ReadingStream.publish` does, in the order of the calls. After a rejection nothing more may be
   * published: the partition is opened anew and read from its `nextOffset` on.
   */
  publish(submission: Submission): Promise<IngestOutcome>;
  /**
   * Everything that was received before `ms` has been published. Timers run up to this time and no further, so
   * that a reading which still lies in the log is seen before what its absence would bring about. Called before
   * the first `publish`, with the time that the log goes on from.
   */
  seenThrough(ms: number): void;
  /** `handover` writes what was published; `abandon` ends at once, as a crash would. */
  close(how: 'handover' | 'abandon'): Promise<void>;
}

/** One of the parts that a log's readings are divided into, by the remainder of a sensor's hash (`#domain/partition-hash.ts`). */
export interface Partition {
  number: number;
  /** How many the log has. */
  count: number;
  /** Whether the readings of a sensor lie in it. */
  holds(customer: string, sensorId: string): boolean;
}

export interface PartitionOwner {
  /**
   * Takes a partition over; who had it before can write no more. `onBroken` is called when the intake can take
   * nothing more. Rejects with `VigieError` where the storage does not answer.
   */
  open(partition: Partition, onBroken: (error: Error) => void): Promise<PartitionIntake>;
}

/** Reads a log of readings and hands its partitions to their owner, as many as this process is given. */
export interface ReadingSource {
  start(owner: PartitionOwner): void;
  /** Hands over what was read; resolves once every partition is closed. */
  stop(): Promise<void>;
}
