import type { Limits } from '#domain/reading.ts';
import type { Logger } from '#platform/logging.ts';
import type { Gatekeeper } from '../authenticate.ts';
import type { ReceiptClock } from '../receipt-clock.ts';
import type { ClientSession, Will } from './client-session.ts';
import { type FrameReader, ProtocolViolation } from './frame-reader.ts';
import type { HeldMessages } from './held-messages.ts';
import { acknowledgement } from './message-batch.ts';
import { parseMessage, type SensorMessage } from './parse-message.ts';
import { PublishHead } from './publish-head.ts';
import type { ReadingTopics } from './reading-topics.ts';

// Tested by: mqtt-gateway.test.ts

export interface IntakeContext {
  gatekeeper: Gatekeeper;
  limits: Limits;
  log: Logger;
  topics: ReadingTopics;
  receipts: ReceiptClock;
}

export interface IntakeOptions {
  context: IntakeContext;
  session: ClientSession;
  held: HeldMessages;
}

/** `taken`, or why not: the seconds that the rate of the key asks to wait, or what the client may not do. */
export type Taking = 'taken' | { waitSeconds: number } | { forbidden: string };

/** With QoS 2: acknowledged with PUBREC and not yet released by the client. */
const MAX_UNRELEASED = 1000;
/** A message costs this beyond its payload. */
const OVERHEAD_BYTES = 100;

const head = new PublishHead();

/**
 * The readings of one client: from its packets to the messages held for their acknowledgement. With QoS 2 a
 * message is taken once (method B of section 4.3.3, PUBREC after the commit) as long as the connection lasts;
 * sent again over a new one, the processor knows the reading by its time.
 */
export class ReadingIntake {
  readonly #context: IntakeContext;
  readonly #session: ClientSession;
  readonly #held: HeldMessages;
  readonly #unreleased = new Set<number>();

  constructor({ context, session, held }: IntakeOptions) {
    this.#context = context;
    this.#session = session;
    this.#held = held;
  }

  /** The PUBLISH that `reader` stands at; `arrivedAt` as of performance.now. Throws `ProtocolViolation`. */
  publish(reader: FrameReader, arrivedAt: number): Taking {
    head.read(reader);
    const { qos, messageId, topicStart, topicEnd, payloadStart, payloadBytes } = head;
    const topic = this.#context.topics.find(reader.bytes, topicStart, topicEnd);
    if (topic.kind === 'foreign') return { forbidden: onForeignTopic(topic.topic) };
    if (!this.#session.maySend) return { forbidden: 'its key does not have the scope ingest' };
    const waitSeconds = this.#waitSeconds();
    if (waitSeconds > 0) return { waitSeconds };
    const payload = reader.bytes.subarray(payloadStart, reader.end);
    let ack = 0;
    if (qos === 1) ack = acknowledgement('puback', messageId);
    else if (qos === 2) {
      ack = acknowledgement('pubrec', messageId);
      if (this.#unreleased.has(messageId)) {
        this.#hold(undefined, arrivedAt, ack);
        return 'taken';
      }
      if (this.#unreleased.size >= MAX_UNRELEASED) {
        throw new ProtocolViolation('too many messages without PUBREL');
      }
      this.#unreleased.add(messageId);
    }
    this.#hold({ topic, payload, payloadBytes }, arrivedAt, ack);
    return 'taken';
  }

  /** The PUBREL that `reader` stands at. Returns the id for PUBCOMP. Throws `ProtocolViolation`. */
  release({ header, bytes, start, end }: FrameReader): number {
    // [MQTT-3.6.1-1]
    if ((header & 0x0f) !== 2 || end - start < 2) throw new ProtocolViolation('a malformed PUBREL');
    const messageId = bytes.readUInt16BE(start);
    this.#unreleased.delete(messageId);
    return messageId;
  }

  /** The client went without saying so [MQTT-3.1.2-8]. */
  publishWill({ topic, payload }: Will, arrivedAt: number): void {
    if (!this.#session.maySend) return;
    this.#hold({ topic, payload, payloadBytes: payload.length }, arrivedAt, 0);
  }

  #hold(message: SensorMessage | undefined, arrivedAt: number, ack: number): void {
    const { limits, log, receipts } = this.#context;
    const receivedMs = receipts.next();
    const parsed = message && parseMessage(message, { limits, log, receivedMs });
    receipts.passed(parsed?.latestReceiptMs);
    this.#held.add({
      parsed,
      bytes: (message?.payload.length ?? 0) + OVERHEAD_BYTES,
      receivedMs,
      arrivedAt,
      acknowledgement: ack,
    });
  }

  /** Only a key with a rate of its own is held to it here: the usual one is for requests of many readings. */
  #waitSeconds(): number {
    const { credential } = this.#session;
    if (credential?.rateLimit === undefined) return 0;
    return this.#context.gatekeeper.take(credential);
  }
}

function onForeignTopic(topic: string): string {
  const shown = JSON.stringify(topic.slice(0, 200));
  return `it published to ${shown}; only v1/sensors/{sensor_id}/readings is taken`;
}
