import type { Metrics } from '#platform/metrics.ts';
import type { IngestOutcome, ReadingStream, Submission } from '#stream/reading-stream.ts';
import { countOutcome } from '../count-outcome.ts';
import { publishPatiently } from '../publish-patiently.ts';
import type { HeldBudget } from './held-budget.ts';
import { type HeldMessage, MessageBatch } from './message-batch.ts';

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

  #store(batch: MessageBatch): Promise<IngestOutcome> {
    const parsed = batch.parsed();
    const { receivedMs, bytes } = batch;
    const submission = (): Submission => {
      const { customer, sensors } = this.#options.sender();
      return { customer, source: 'mqtt', receivedMs, bytes, parsed, allowedSensors: sensors };
    };
    return publishPatiently(this.#options.stream, submission, this.#ending.signal);
  }
}
