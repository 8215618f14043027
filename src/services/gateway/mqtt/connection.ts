import type { Socket } from 'node:net';
import type { Client, ConnectPacket } from 'aedes';
import type { Metrics } from '#platform/metrics.ts';
import type { ReadingStream } from '#stream/reading-stream.ts';
import type { Credential } from '../authenticate.ts';
import type { AlertMessage, AlertSubscriber } from './alert-feed.ts';
import { BrokerStream } from './broker-stream.ts';
import { ClientSession } from './client-session.ts';
import { FrameReader, ProtocolViolation } from './frame-reader.ts';
import type { HeldBudget } from './held-budget.ts';
import { type HeldLimits, HeldMessages } from './held-messages.ts';
import { acknowledgement, acknowledgementPackets } from './message-batch.ts';
import { type IntakeContext, ReadingIntake, type Taking } from './reading-intake.ts';

// Tested by: mqtt-gateway.test.ts

/** What the connections of a gateway share. */
export interface ConnectionContext extends IntakeContext {
  stream: ReadingStream;
  metrics: Metrics;
  budget: HeldBudget;
  heldLimits: HeldLimits;
  connectTimeoutMs: number;
  /** Says something of the same client only once. */
  warnOnce(client: string, message: string): void;
}

/** Types of control packets (MQTT 3.1.1 section 2.2.1). */
const TYPE = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  disconnect: 14,
} as const;
const CONNECT_HEADER = TYPE.connect << 4;
/** Longest packet that is no PUBLISH. */
const CONTROL_BYTES = 64 * 1024;
/** Longest topic, packet id and fixed header around a payload. */
const AROUND_PAYLOAD_BYTES = 64 * 1024 + 16;
/** Packets above this take their room before they are read. */
const RESERVED_ABOVE_BYTES = 64 * 1024;
const PACKET_TIMEOUT_MS = 120_000;
/** [MQTT-3.1.2-24] */
const KEEP_ALIVE_FACTOR = 1.5;
/** Alerts that a client does not read; beyond this it is let go. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const HIGHEST_PROTOCOL_LEVEL = 4;
/** CONNACK of MQTT 5 with reason 0x84, unsupported version: its clients do not understand the older one. */
const UNSUPPORTED_VERSION = Buffer.from([0x20, 0x03, 0x00, 0x84, 0x00]);

/**
 * One client. Its packets are cut here; readings go the short way to the stream, everything else to the
 * broker, which keeps the rest of the protocol (CONNACK, subscriptions, pings, delivery of alerts).
 *
 * State machine: `new → connecting → open → closed`, with `ending` after `open` where the gateway stops.
 * In `new` only CONNECT is taken [MQTT-3.1.0-1]; in `connecting` and `ending` nothing is read. Reading also
 * pauses while too much is held, while the broker or the client itself reads too slowly, and while its key has
 * used up its rate: the network then holds the sender back.
 */
export class MqttConnection implements AlertSubscriber {
  /** To be handed to the broker, whose client comes back by `attach`. */
  readonly stream: BrokerStream;
  readonly session = new ClientSession();
  readonly #socket: Socket;
  readonly #context: ConnectionContext;
  readonly #reader = new FrameReader(CONTROL_BYTES);
  readonly #held: HeldMessages;
  readonly #intake: ReadingIntake;
  readonly #resume = () => this.#read();
  readonly #createdAt = performance.now();
  #phase: 'new' | 'connecting' | 'open' | 'ending' | 'closed' = 'new';
  #client: Client | undefined;
  #lastReceivedAt = 0;
  #incompleteSince = 0;
  #reservedBytes = 0;
  #isReading = false;
  /** The packet that the reader stands at was put off. */
  #hasPacket = false;
  #isBrokerBehind = false;
  #rateTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#socket = socket;
    this.#context = context;
    this.stream = new BrokerStream(socket, () => {
      if (!this.#isBrokerBehind) return;
      this.#isBrokerBehind = false;
      this.#read();
    });
    this.#held = new HeldMessages({
      ...context,
      limits: context.heldLimits,
      sender: () => this.session.credential!.caller,
      onStored: (packets) => {
        if (packets !== undefined && !socket.destroyed) socket.write(packets);
        this.#read();
      },
      onFailed: (error) => {
        const client = this.session.clientId;
        context.log.error({ err: error, client }, 'messages could not be stored');
        socket.destroy();
      },
    });
    this.#intake = new ReadingIntake({ context, session: this.session, held: this.#held });
    socket.on('data', (chunk) => {
      // Who speaks another protocol would otherwise be waited for.
      const isFirst = this.#lastReceivedAt === 0;
      if (isFirst && chunk[0] !== CONNECT_HEADER) socket.destroy();
      this.#lastReceivedAt = performance.now();
      this.#reader.push(chunk as Buffer);
      this.#read();
    });
    socket.on('drain', this.#resume);
    // What follows an error is 'close'.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  attach(client: Client): void {
    this.#client = client;
  }

  get customer(): string {
    return this.session.customer;
  }

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** Resolves when everything that was taken in is stored and acknowledged, or given up. */
  get settled(): Promise<void> {
    return this.#held.settled;
  }

  signIn(packet: ConnectPacket): Promise<void> {
    return this.session.signIn(packet, this.#context.gatekeeper);
  }

  /** The broker has let the client in. */
  opened(): void {
    if (this.#phase !== 'connecting') return;
    this.#phase = 'open';
    this.#reader.maxBytes = this.#context.limits.bodyBytes + AROUND_PAYLOAD_BYTES;
    this.#read();
  }

  /** Its key as it is now; undefined where it is no longer valid: then the connection ends. */
  renew(credential: Credential | undefined): void {
    if (this.session.renew(credential)) return;
    this.#context.log.info(
      { client: this.session.clientId },
      'the key of an MQTT client has ended',
    );
    this.#socket.destroy();
  }

  deliver(message: AlertMessage): void {
    if (this.#phase !== 'open' || this.#client === undefined) return;
    if (this.stream.writableLength > MAX_UNSENT_BYTES) {
      const client = this.session.clientId;
      this.#context.log.warn({ client }, 'an MQTT client was let go that does not read its alerts');
      this.#socket.destroy();
      return;
    }
    const packet = { cmd: 'publish', dup: false, retain: false, ...message } as const;
    this.#client.publish(packet, () => undefined);
  }

  /** Closes what has been silent for too long; `now` as of performance.now. */
  sweep(now: number): void {
    if (this.#phase === 'new' || this.#phase === 'connecting') {
      if (now - this.#createdAt > this.#context.connectTimeoutMs) this.#socket.destroy();
    }
    if (this.#phase !== 'open') return;
    // Who is held back is not silent of its own accord.
    if (this.#socket.isPaused()) {
      this.#lastReceivedAt = now;
      if (this.#incompleteSince > 0) this.#incompleteSince = now;
      return;
    }
    const { keepAliveMs } = this.session;
    const silentMs = now - this.#lastReceivedAt;
    const isSilent = keepAliveMs > 0 && silentMs > keepAliveMs * KEEP_ALIVE_FACTOR;
    const isStuck = this.#incompleteSince > 0 && now - this.#incompleteSince > PACKET_TIMEOUT_MS;
    if (isSilent || isStuck) this.#socket.destroy();
  }

  /** Takes nothing more; what is held goes on. */
  quiesce(): void {
    if (this.#phase === 'closed') return;
    this.#phase = 'ending';
    this.#socket.pause();
    this.#held.flush();
  }

  /** Closes once what was written has gone out. */
  end(): void {
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(): void {
    if (this.#isReading || this.#socket.destroyed) return;
    this.#isReading = true;
    try {
      if (!this.#handlePackets()) this.#socket.pause();
      else if (this.#socket.isPaused()) this.#socket.resume();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isReading = false;
      this.#held.flush();
    }
  }

  /** True where all packets at hand were handled, false where something must happen before the next. */
  #handlePackets(): boolean {
    while (this.#mayHandle()) {
      if (!this.#hasPacket && !this.#reader.next()) return this.#mayAwaitMore();
      this.#hasPacket = true;
      if (!this.#handle()) return false;
      this.#hasPacket = false;
      this.#incompleteSince = 0;
      if (this.#reservedBytes > 0) this.#giveBackReserved();
    }
    return false;
  }

  #mayHandle(): boolean {
    if (this.#phase === 'new') return true;
    if (this.#phase !== 'open' || this.#isBrokerBehind || this.#rateTimer !== undefined) {
      return false;
    }
    return this.#held.hasRoom && !this.#socket.writableNeedDrain && this.#hasBudgetFor(0);
  }

  /** Whether the rest of an incomplete packet may be read. */
  #mayAwaitMore(): boolean {
    const bytes = this.#reader.incompleteBytes;
    if (bytes === 0) return true;
    if (this.#incompleteSince === 0) this.#incompleteSince = performance.now();
    if (bytes <= RESERVED_ABOVE_BYTES || this.#reservedBytes > 0) return true;
    if (!this.#hasBudgetFor(bytes)) return false;
    this.#context.budget.take(0, bytes);
    this.#reservedBytes = bytes;
    return true;
  }

  /** Where there is no room, reading goes on when there is. */
  #hasBudgetFor(bytes: number): boolean {
    const { budget } = this.#context;
    if (budget.hasRoomFor(bytes)) return true;
    budget.wait(this.#resume);
    return false;
  }

  /** False where the packet must wait. */
  #handle(): boolean {
    const reader = this.#reader;
    if (this.#phase === 'new') {
      if (reader.type !== TYPE.connect) throw new ProtocolViolation('no CONNECT');
      this.#connect();
      return true;
    }
    switch (reader.type) {
      case TYPE.publish:
        return this.#settle(this.#intake.publish(reader, this.#lastReceivedAt));
      case TYPE.pubrel: {
        const messageId = this.#intake.release(reader);
        this.#socket.write(acknowledgementPackets([acknowledgement('pubcomp', messageId)]));
        return true;
      }
      case TYPE.puback:
      case TYPE.pubrec:
      case TYPE.pubcomp:
        // An alert is sent once; there is nothing to strike off.
        return true;
      case TYPE.disconnect:
        this.session.will = undefined;
        this.#socket.destroySoon();
        return false;
      case TYPE.connect:
        throw new ProtocolViolation('a second CONNECT');
      default:
        this.#forward();
        return true;
    }
  }

  #settle(taking: Taking): boolean {
    if (taking === 'taken') return true;
    if ('waitSeconds' in taking) {
      this.#rateTimer = setTimeout(() => {
        this.#rateTimer = undefined;
        this.#read();
      }, taking.waitSeconds * 1000);
      return false;
    }
    // MQTT 3.1.1 has no answer that refuses: the connection ends [MQTT-3.3.5-2].
    const client = `${this.customer}/${this.session.clientId}`;
    this.#context.warnOnce(client, `an MQTT client was let go: ${taking.forbidden}`);
    this.session.will = undefined;
    this.#socket.destroy();
    return false;
  }

  #connect(): void {
    const { bytes, start, end } = this.#reader;
    const levelAt = start + 2 + (bytes[start]! << 8) + bytes[start + 1]!;
    // Where there are no such bytes, the sum is NaN and below nothing.
    if (!(levelAt < end)) throw new ProtocolViolation('a CONNECT that is too short');
    this.#phase = 'connecting';
    if ((bytes[levelAt]! & 0x7f) > HIGHEST_PROTOCOL_LEVEL) {
      this.#socket.write(UNSUPPORTED_VERSION);
      this.#socket.destroySoon();
    } else this.#forward();
  }

  #forward(): void {
    const { bytes, frameStart, end } = this.#reader;
    this.#isBrokerBehind = !this.stream.forward(bytes.subarray(frameStart, end));
  }

  #fail(error: unknown): void {
    const client = this.session.clientId;
    if (error instanceof ProtocolViolation) {
      this.#context.log.info({ client, violation: error.message }, 'an MQTT client was let go');
    } else this.#context.log.error({ err: error, client }, 'an MQTT connection failed');
    this.#socket.destroy();
  }

  #giveBackReserved(): void {
    this.#context.budget.giveBack(0, this.#reservedBytes);
    this.#reservedBytes = 0;
  }

  #closed(): void {
    const will = this.#phase === 'open' ? this.session.will : undefined;
    this.#phase = 'closed';
    clearTimeout(this.#rateTimer);
    this.#context.budget.forget(this.#resume);
    this.#giveBackReserved();
    if (will !== undefined) this.#intake.publishWill(will, performance.now());
    this.#held.close();
    this.stream.destroy();
  }
}
