import type { ParsedReadings } from '#domain/reading.ts';
import type { DurationHistogram } from '#platform/metric-accumulators.ts';
import { mergeReadings } from './merge-readings.ts';

// Tested by: held-messages.test.ts

/** First bytes of the packets that acknowledge, and their length; the packet id follows. */
const FIRST_BYTE = { puback: 0x40, pubrec: 0x50, pubcomp: 0x70 } as const;
const REMAINING_LENGTH = 2;
const PACKET_BYTES = 4;

/** A packet that acknowledges, as one number. */
export function acknowledgement(packet: keyof typeof FIRST_BYTE, messageId: number): number {
  return (FIRST_BYTE[packet] << 16) | messageId;
}

/** The bytes of such packets, in their order. */
export function acknowledgementPackets(acknowledgements: readonly number[]): Buffer {
  const packets = Buffer.allocUnsafe(acknowledgements.length * PACKET_BYTES);
  let at = 0;
  for (const each of acknowledgements) {
    packets[at++] = each >>> 16;
    packets[at++] = REMAINING_LENGTH;
    packets[at++] = each >>> 8;
    packets[at++] = each;
  }
  return packets;
}

export interface HeldMessage {
  /** undefined where there is only something to acknowledge. */
  parsed: ParsedReadings | undefined;
  /** Size of the payload with what surrounds it, for the bounds of queues. */
  bytes: number;
  /** ms since the epoch. */
  receivedMs: number;
  /** As of performance.now. */
  arrivedAt: number;
  /** 0 with QoS 0. */
  acknowledgement: number;
}

/** Messages of one connection that are stored together and acknowledged together, in the order in which they came. */
export class MessageBatch {
  messages = 0;
  bytes = 0;
  /** When the last of them came in, ms since the epoch. */
  receivedMs = 0;
  readonly #parts: ParsedReadings[] = [];
  readonly #acknowledgements: number[] = [];
  /** Pairs: when messages came (performance.now), and how many then. */
  readonly #arrivals: number[] = [];

  add({ parsed, bytes, receivedMs, arrivedAt, acknowledgement }: HeldMessage): void {
    if (parsed !== undefined) this.#parts.push(parsed);
    if (acknowledgement !== 0) this.#acknowledgements.push(acknowledgement);
    this.messages++;
    this.bytes += bytes;
    this.receivedMs = receivedMs;
    const last = this.#arrivals.length - 2;
    if (last >= 0 && this.#arrivals[last] === arrivedAt) this.#arrivals[last + 1]!++;
    else this.#arrivals.push(arrivedAt, 1);
  }

  /** Whether it holds anything to store. */
  get hasReadings(): boolean {
    return this.#parts.length > 0;
  }

  parsed(): ParsedReadings {
    return mergeReadings(this.#parts);
  }

  /** The packets to send once all of it is durable; undefined where nothing was asked for. */
  acknowledgements(): Buffer | undefined {
    if (this.#acknowledgements.length === 0) return undefined;
    return acknowledgementPackets(this.#acknowledgements);
  }

  observe(histogram: DurationHistogram, now: number): void {
    for (let i = 0; i < this.#arrivals.length; i += 2) {
      histogram.observe((now - this.#arrivals[i]!) / 1000, this.#arrivals[i + 1]);
    }
  }
}
