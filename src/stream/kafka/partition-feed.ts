import type { Clock } from '#domain/time.ts';
import type { PartitionIntake } from '../reading-source.ts';
import type { IngestOutcome } from '../reading-stream.ts';
import type { FetchedRecords } from './partition-reader.ts';
import type { LoggedSubmission, RecordReader } from './record-reader.ts';

// Tested by: test/scale/kafka-source.test.ts

/** Handed over and not durable yet; beyond it the partition is not read on. */
const MAX_UNDER_WAY_BYTES = 2 * 1024 * 1024;

interface FeedOptions {
  intake: PartitionIntake;
  clock: Clock;
  reader: RecordReader;
  /** More may be read again. */
  onHungry(): void;
  onBroken(error: Error): void;
  onOutcome(submission: LoggedSubmission, outcome: IngestOutcome): void;
}

/**
 * One partition on its way from the log to its intake. After the first failure nothing more is handed over:
 * whatever came after it would leave a gap.
 */
export class PartitionFeed {
  readonly #options: FeedOptions;
  /** Where to read on once all that is durable now stands. */
  position: number;
  /** The offset that the next record of the partition will get, as of the last word from the broker. */
  endOffset: number;
  #underWayBytes = 0;
  #isBroken = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.position = options.intake.nextOffset;
    this.endOffset = this.position;
  }

  get isHungry(): boolean {
    return !this.#isBroken && this.#underWayBytes < MAX_UNDER_WAY_BYTES;
  }

  take(fetched: FetchedRecords): void {
    if (this.#isBroken) return;
    this.endOffset = fetched.endOffset;
    const { intake, reader, clock } = this.#options;
    const submissions = reader.read(fetched);
    // The log goes on from here: until now nothing was known of its time.
    if (submissions[0] !== undefined) intake.seenThrough(submissions[0].submission.receivedMs);
    for (const each of submissions) this.#publish(each);
    const isCaughtUp = fetched.nextOffset >= fetched.endOffset;
    if (isCaughtUp) intake.seenThrough(clock.now());
    else if (submissions.length > 0) intake.seenThrough(submissions.at(-1)!.submission.receivedMs);
  }

  /** The log held nothing more at that time. */
  idle(): void {
    const { intake, clock } = this.#options;
    if (!this.#isBroken) intake.seenThrough(clock.now());
  }

  /** Nothing more is handed over; what is under way goes on. */
  end(): void {
    this.#isBroken = true;
  }

  #publish(each: LoggedSubmission): void {
    const { intake, onHungry, onOutcome } = this.#options;
    const { bytes, offset } = each.submission;
    this.#underWayBytes += bytes;
    intake.publish(each.submission).then(
      (outcome) => {
        this.#underWayBytes -= bytes;
        this.position = offset + 1;
        onOutcome(each, outcome);
        onHungry();
      },
      (error: Error) => this.#break(error),
    );
  }

  #break(error: Error): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#options.onBroken(error);
  }
}
