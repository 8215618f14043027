import { VigieError } from '#domain/errors.ts';
import type { Limits, ParsedReadings } from '#domain/reading.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { ReadingStream } from '#stream/reading-stream.ts';
import { countOutcome } from '../count-outcome.ts';
import { mergeReadings } from '../mqtt/merge-readings.ts';
import { parseMessage, refuseWhole, type SensorMessage } from '../mqtt/parse-message.ts';
import { publishPatiently } from '../publish-patiently.ts';
import type { ReceiptClock } from '../receipt-clock.ts';

export interface DeliveryContext {
  stream: ReadingStream;
  /** Whose readings these are. */
  customer: string;
  limits: Limits;
  receipts: ReceiptClock;
  metrics: Metrics;
  log: Logger;
  /** Held at once, gathered and being stored. */
  maxMessages: number;
  maxBytes: number;
}

export interface DeliveryQueueOptions {
  context: DeliveryContext;
  /** The messages with these ids are durable. */
  onStored(messageIds: number[]): void;
}

interface Delivery {
  message: SensorMessage;
  /** 0 with QoS 0. */
  messageId: number;
  parsed: ParsedReadings;
  receivedMs: number;
  /** As of performance.now. */
  arrivedAt: number;
}

/** A message costs this beyond its payload. */
const OVERHEAD_BYTES = 100;

/**
 * What a broker delivered over one connection, between receipt and acknowledgement. What comes while other messages
 * are being stored makes the next submission, so that order is kept and one commit acknowledges many.
 *
 * A message that the platform cannot take for a fault of its own is found by offering those of its submission one by
 * one; it ends as a dead letter, since the broker would deliver it for ever. After `close` nothing is tried again:
 * the broker delivers anew what was not acknowledged.
 */
export class DeliveryQueue {
  readonly #context: DeliveryContext;
  readonly #onStored: DeliveryQueueOptions['onStored'];
  readonly #ending = new AbortController();
  #gathered: Delivery[] = [];
  #isStoring = false;
  #work: Promise<void> = Promise.resolve();
  #messages = 0;
  #bytes = 0;

  constructor({ context, onStored }: DeliveryQueueOptions) {
    this.#context = context;
    this.#onStored = onStored;
  }

  get messages(): number {
    return this.#messages;
  }

  /** A message larger than the whole bound still fits when nothing else is held. */
  get hasRoom(): boolean {
    const { maxMessages, maxBytes } = this.#context;
    return this.#messages < maxMessages && this.#bytes < maxBytes;
  }

  /** Resolves when nothing is held, or nothing will come of what is. */
  get settled(): Promise<void> {
    return this.#work;
  }

  add(message: SensorMessage, messageId: number): void {
    const { limits, log, receipts } = this.#context;
    const receivedMs = receipts.next();
    const parsed = parseMessage(message, { limits, log, receivedMs });
    receipts.passed(parsed.latestReceiptMs);
    this.#gathered.push({ message, messageId, parsed, receivedMs, arrivedAt: performance.now() });
    this.#messages++;
    this.#bytes += sizeOf(message);
    if (this.#isStoring) return;
    this.#isStoring = true;
    this.#work = this.#storeAll();
  }

  /** The connection is gone: what is not being stored yet is left to the broker, but for QoS 0, which it forgets. */
  close(): void {
    const left = this.#gathered.filter(({ messageId }) => messageId !== 0);
    this.#gathered = this.#gathered.filter(({ messageId }) => messageId === 0);
    this.#release(left);
    this.#ending.abort();
  }

  async #storeAll(): Promise<void> {
    while (this.#gathered.length > 0) {
      const batch = this.#gathered;
      this.#gathered = [];
      await this.#store(batch);
    }
    this.#isStoring = false;
  }

  async #store(batch: readonly Delivery[]): Promise<void> {
    const parsed = mergeReadings(batch.map((delivery) => delivery.parsed));
    const error = await this.#offer(batch, parsed);
    if (error === undefined) return;
    if (!this.#ending.signal.aborted) {
      if (batch.length > 1) {
        for (const delivery of batch) await this.#store([delivery]);
        return;
      }
      if (await this.#refuse(batch[0]!, error)) return;
    }
    this.#release(batch);
  }

  /** Whether it lies among the dead letters. */
  async #refuse(delivery: Delivery, error: unknown): Promise<boolean> {
    const { log } = this.#context;
    log.error(
      { err: error },
      'a message from the broker cannot be stored; it becomes a dead letter',
    );
    const reason =
      error instanceof VigieError
        ? error
        : new VigieError('internal', 'The message could not be stored.', { cause: error });
    const failure = await this.#offer([delivery], refuseWhole(delivery.message, reason));
    if (failure === undefined) return true;
    log.error({ err: failure }, 'a message from the broker stays unacknowledged');
    return false;
  }

  /** Stores and acknowledges; else what stood against it. */
  async #offer(batch: readonly Delivery[], parsed: ParsedReadings): Promise<unknown> {
    const { stream, customer, metrics } = this.#context;
    const { receivedMs } = batch.at(-1)!;
    let bytes = 0;
    for (const { message } of batch) bytes += sizeOf(message);
    try {
      const outcome = await publishPatiently(
        stream,
        () => ({ customer, source: 'mqtt', receivedMs, bytes, parsed }),
        this.#ending.signal,
      );
      countOutcome(metrics, 'mqtt', outcome);
    } catch (error) {
      return error ?? new Error('refused without a reason');
    }
    const now = performance.now();
    for (const { arrivedAt } of batch) metrics.readingToAck.observe((now - arrivedAt) / 1000);
    this.#release(batch);
    this.#onStored(batch.map(({ messageId }) => messageId).filter((id) => id !== 0));
    return undefined;
  }

  #release(batch: readonly Delivery[]): void {
    this.#messages -= batch.length;
    for (const { message } of batch) this.#bytes -= sizeOf(message);
  }
}

function sizeOf({ payload }: SensorMessage): number {
  return payload.length + OVERHEAD_BYTES;
}
