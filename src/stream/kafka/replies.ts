import { partitionOf } from '#domain/partition-hash.ts';
import type { IngestOutcome } from '../reading-stream.ts';
import { PartitionReader, type PartitionReaderOptions } from './partition-reader.ts';
import { TOPICS } from './topics.ts';

// Tested by: test/scale/kafka-source.test.ts

/** Requests that may wait at once; one more is answered `queued` at once. */
const MOST_WAITING = 10_000;

interface Expectation {
  /** Readings whose outcome is not known yet. */
  open: number;
  outcome: IngestOutcome;
  settle(outcome: IngestOutcome | undefined): void;
}

/** What a processor says of readings of one request; `readings` of them are told about. */
export interface Reply {
  readings: number;
  outcome: IngestOutcome;
}

/** A promise of the outcome; undefined where it did not come in time. */
export interface Expected {
  address: string;
  outcome: Promise<IngestOutcome | undefined>;
  forget(): void;
}

/**
 * Gathers what processors say of requests that wait for it. The readings of a request lie in several partitions,
 * so its outcome comes in parts. Replies are addressed `<gateway>/<request>`; those of one gateway lie in one
 * partition of `vigie.replies`, which it reads from its end on.
 */
export class Replies {
  readonly #gateway: string;
  readonly #reader: PartitionReader;
  readonly #waiting = new Map<string, Expectation>();
  #count = 0;
  #isStarted = false;
  #isStopped = false;

  constructor(options: Pick<PartitionReaderOptions, 'settings' | 'clientId' | 'log'>) {
    this.#gateway = options.clientId;
    this.#reader = new PartitionReader({
      ...options,
      topic: TOPICS.replies,
      isHungry: () => true,
      onRecords: ({ batches }) => {
        for (const { records } of batches) {
          for (const { key, value } of records) {
            if (key !== null && value !== null) this.#take(key.toString(), value);
          }
        }
      },
    });
  }

  /** Rejects where the brokers are away. Replies from now on are heard. */
  async start(): Promise<void> {
    if (this.#isStarted) return;
    const partition = partitionOf(Buffer.from(this.#gateway), await this.#reader.partitions());
    const next = await this.#reader.offsets('next', [partition]);
    // Nobody would close a reader that starts now.
    if (this.#isStopped) return this.#reader.close();
    this.#reader.start();
    this.#reader.open(partition, next.get(partition)!);
    this.#isStarted = true;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { settle } of this.#waiting.values()) settle(undefined);
    await this.#reader.close();
  }

  /** Begins to wait for the outcome of `readings`, at most `waitMs`. undefined where too many wait already. */
  expect(readings: number, waitMs: number): Expected | undefined {
    if (this.#waiting.size >= MOST_WAITING) return undefined;
    const request = String(++this.#count);
    const { promise, resolve } = Promise.withResolvers<IngestOutcome | undefined>();
    const settle = (outcome: IngestOutcome | undefined): void => {
      clearTimeout(timer);
      this.#waiting.delete(request);
      resolve(outcome);
    };
    const timer = setTimeout(() => settle(undefined), waitMs);
    this.#waiting.set(request, { open: readings, outcome: noOutcome(), settle });
    return {
      address: `${this.#gateway}/${request}`,
      outcome: promise,
      forget: () => settle(undefined),
    };
  }

  #take(address: string, value: Buffer): void {
    const [gateway, request = ''] = address.split('/');
    const waiting = gateway === this.#gateway ? this.#waiting.get(request) : undefined;
    if (waiting === undefined) return;
    const { readings, outcome } = JSON.parse(value.toString()) as Reply;
    addOutcome(waiting.outcome, outcome);
    waiting.open -= readings;
    if (waiting.open <= 0) waiting.settle(waiting.outcome);
  }
}

function noOutcome(): IngestOutcome {
  return { accepted: 0, late: 0, replaced: 0, duplicates: 0, rejected: [], alerts: [] };
}

function addOutcome(sum: IngestOutcome, part: IngestOutcome): void {
  sum.accepted += part.accepted;
  sum.late += part.late;
  sum.replaced += part.replaced;
  sum.duplicates += part.duplicates;
  sum.rejected.push(...part.rejected);
  sum.alerts.push(...part.alerts);
}
