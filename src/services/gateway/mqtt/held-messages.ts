import { setTimeout as sleep } from 'node:timers/promises';
import { isRetryable } from '#domain/errors.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { IngestOutcome, ReadingStream } from '#stream/reading-stream.ts';
import { countOutcome } from '../count-outcome.ts';
import type { HeldBudget } from './held-budget.ts';
import { type HeldMessage, MessageBatch } from './message-batch.ts';

const RETRY = { firstMs: 50, factor: 2, maxMs: 2000 } as const;

export interface HeldLimits {
  /** Of one connection; those being stored and those gathered meanwhile count apart. */
  messages: number;
  bytes: number;
}

export interface HeldMessagesOptions {
  stream: ReadingStream;
  budget: HeldBudget;
  metrics: Metrics;
  limits: HeldLimits;
  /** Whose messages these are, asked at each submission: a key's rights may change. */
  sender(): { customer: string; sensors?: readonly string[] };
  /** Everything up to here is durable; `packets` goes to the client. */
  onStored(packets: Buffer | undefined): void;
  /** The stream said what no retry mends. Nothing of it was acknowledged. */
  onFailed(error: unknown): void;
}

/**
 * The messages of one connection between their receipt and their acknowledgement. Messages that come while
 * others are being stored are gathered and make the next submission, so that readings are stored, and
 * messages acknowledged, in the order in which they came [MQTT-4.6.0-2], whatever has to be tried again.
 *
 * State machine: `idle → storing ⇄ waiting to retry → idle`, and from each of them `closed`. While it is not
 * idle it gathers, up to its limits. In `closed` what was already gathered is offered once more (with QoS 0
 * the sender will not send it again), and nothing is retried: with QoS 1 and 2 the sender will.
 */
export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  readonly #ending = new AbortController();
  #gathered = new MessageBatch();
  #isStoring = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    const { limits } = this.#options;
    return this.#gathered.messages < limits.messages && this.#gathered.bytes < limits.bytes;
  }

  /** Resolves when nothing is held, or nothing will come of what is. */
  get settled(): Promise<void> {
    return this.#work;
  }

  /** Takes a message; it is stored from the next `flush` on. */
  add(message: HeldMessage): void {
    this.#options.budget.take(1, message.bytes);
    this.#gathered.add(message);
  }

  /** Hands over what was gathered, unless something is being stored: then it follows by itself. */
  flush(): void {
    if (this.#isStoring || this.#gathered.messages === 0) return;
    this.#isStoring = true;
    this.#work = this.#storeAll();
  }

  /** The connection is gone. */
  close(): void {
    this.flush();
    this.#ending.abort();
  }

  async #storeAll(): Promise<void> {
    const { budget, metrics } = this.#options;
    while (this.#gathered.messages > 0) {
      const batch = this.#gathered;
      this.#gathered = new MessageBatch();
      try {
        const outcome = batch.hasReadings ? await this.#store(batch) : undefined;
        if (outcome !== undefined) countOutcome(metrics, 'mqtt', outcome);
        batch.observe(metrics.readingToAck, performance.now());
        this.#options.onStored(batch.acknowledgements());
      } catch (error) {
        if (!this.#ending.signal.aborted) this.#options.onFailed(error);
      } finally {
        budget.giveBack(batch.messages, batch.bytes);
      }
    }
    this.#isStoring = false;
  }

  async #store(batch: MessageBatch): Promise<IngestOutcome> {
    const parsed = batch.parsed();
    const { signal } = this.#ending;
    for (
      let waitMs: number = RETRY.firstMs;
      ;
      waitMs = Math.min(waitMs * RETRY.factor, RETRY.maxMs)
    ) {
      const { customer, sensors } = this.#options.sender();
      try {
        return await this.#options.stream.publish({
          customer,
          source: 'mqtt',
          receivedMs: batch.receivedMs,
          bytes: batch.bytes,
          parsed,
          allowedSensors: sensors,
        });
      } catch (error) {
        if (signal.aborted || !isRetryable(error)) throw error;
        // Jitter, so that connections that were refused together do not come back together.
        await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal });
      }
    }
  }
}
