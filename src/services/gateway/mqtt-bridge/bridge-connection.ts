import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { refuseMalformed } from '#platform/refuse-malformed.ts';
import { acknowledgement, acknowledgementPackets } from '../mqtt/message-batch.ts';
import type { ReadingTopics } from '../mqtt/reading-topics.ts';
import type { BrokerAddress } from './broker-address.ts';
import { type DeliveryContext, DeliveryQueue } from './delivery-queue.ts';

// Tested by: test/e2e/mqtt-bridge.test.ts

export interface BridgeConnectionOptions {
  broker: BrokerAddress;
  clientId: string;
  /** Messages of QoS 1 that the broker may have under way, up to 65,535. */
  receiveMaximum: number;
  /** To subscribe to. */
  topic: string;
  topics: ReadingTopics;
  deliveries: DeliveryContext;
}

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_SECONDS = 30;
/** While nothing is read, the broker's answers to pings are not read either. */
const PAUSED_PING_MS = 10_000;
/** The session outlives its connection for as long as the broker lets it (MQTT 5 section 3.1.2.11.2). */
const NEVER_EXPIRES = 0xffff_ffff;
const GRANTED_QOS = 1;
/** Without a reason: a normal end. The session stays, as CONNECT asked. */
const DISCONNECT = Buffer.from([0xe0, 0]);

/**
 * One connection to a broker, from CONNECT to its end; there is no second try within it. A message is acknowledged
 * by its own PUBACK once it is durable: the client's own would go out before the next message is looked at. Nothing
 * is read while as much is held as may be.
 */
export class BridgeConnection {
  readonly #client: MqttClient;
  readonly #deliveries: DeliveryQueue;
  readonly #topic: string;
  readonly #topics: ReadingTopics;
  /** Lets the client read on. */
  #resume: (() => void) | undefined;
  #pausedPings: NodeJS.Timeout | undefined;
  #isStopping = false;
  /** Resolves, with the reason where it is known, when the connection has ended. */
  readonly closed: Promise<Error | undefined>;

  constructor(options: BridgeConnectionOptions) {
    const { broker, clientId, receiveMaximum, deliveries } = options;
    this.#topic = options.topic;
    this.#topics = options.topics;
    this.#client = connect(clientOptions(broker, { clientId, receiveMaximum }));
    refuseMalformed(this.#client);
    this.#deliveries = new DeliveryQueue({
      context: deliveries,
      onStored: (messageIds) => this.#acknowledge(messageIds),
    });
    this.#client.handleMessage = (packet, done) => {
      if (this.#isStopping) return;
      const topic = Buffer.from(packet.topic);
      const payload = Buffer.isBuffer(packet.payload)
        ? packet.payload
        : Buffer.from(packet.payload);
      try {
        this.#take({ topic, payload, messageId: packet.qos === 0 ? 0 : (packet.messageId ?? 0) });
      } catch (error) {
        this.#client.emit('error', error as Error);
        return;
      }
      // An error keeps the client from acknowledging; it has no other effect.
      const readOn = () => done(new Error('acknowledged once it is durable'));
      if (this.#deliveries.hasRoom) readOn();
      else this.#pause(readOn);
    };
    this.closed = new Promise((resolve) => {
      let reason: Error | undefined;
      this.#client.on('error', (error) => {
        reason ??= error;
        this.#client.stream.destroy();
      });
      this.#client.on('disconnect', ({ reasonCode }) => {
        reason ??= new Error(`the broker ended the connection (reason ${reasonCode})`);
      });
      this.#client.on('close', () => {
        this.#readOn();
        this.#deliveries.close();
        resolve(reason);
      });
    });
  }

  /** Connects and subscribes. Rejects with why not; the connection has ended then. */
  async open(): Promise<void> {
    const connected = new Promise<void>((resolve) => this.#client.once('connect', () => resolve()));
    this.#client.connect();
    await this.#orEnd(connected);
    try {
      const granted = this.#client.subscribeAsync(this.#topic, { qos: GRANTED_QOS });
      const [subscription] = await this.#orEnd(granted);
      if (subscription?.qos !== GRANTED_QOS) {
        throw new Error(`the broker does not grant QoS 1 on ${this.#topic}`);
      }
    } catch (error) {
      await this.#destroy();
      throw error;
    }
  }

  get heldMessages(): number {
    return this.#deliveries.messages;
  }

  /** QoS 1, not retained; the id as a user property. Rejects where the connection ends first or the broker refuses. */
  async publish(topic: string, payload: string, id?: string): Promise<void> {
    const properties = id === undefined ? {} : { properties: { userProperties: { id } } };
    await this.#orEnd(this.#client.publishAsync(topic, payload, { qos: 1, ...properties }));
  }

  /** Takes nothing more, lets what is held be stored and acknowledged, and closes, within the deadline. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    await Promise.race([this.#deliveries.settled.then(() => this.#leave()), late]);
    clearTimeout(timer);
    await this.#destroy();
  }

  /** Resolves once the last acknowledgements have gone out, and that nothing more will come. */
  #leave(): Promise<unknown> {
    const { stream } = this.#client;
    const sent = new Promise<void>((resolve) => stream.end(DISCONNECT, resolve));
    return Promise.race([sent, this.closed]);
  }

  async #destroy(): Promise<void> {
    this.#client.stream.destroy();
    await this.closed;
  }

  #take(packet: { topic: Buffer; payload: Buffer; messageId: number }): void {
    const { topic, payload, messageId } = packet;
    const found = this.#topics.find(topic, 0, topic.length);
    // Nothing else was subscribed to.
    if (found.kind === 'foreign') throw new Error(`the broker delivers ${found.topic}`);
    this.#deliveries.add({ topic: found, payload, payloadBytes: payload.length }, messageId);
  }

  #acknowledge(messageIds: readonly number[]): void {
    if (messageIds.length > 0 && this.#client.connected) {
      const packets = messageIds.map((messageId) => acknowledgement('puback', messageId));
      this.#client.stream.write(acknowledgementPackets(packets));
    }
    if (this.#deliveries.hasRoom && !this.#isStopping) this.#readOn();
  }

  #pause(readOn: () => void): void {
    this.#resume = readOn;
    this.#pausedPings ??= setInterval(() => {
      this.#client.reschedulePing(true);
      this.#client.sendPing();
    }, PAUSED_PING_MS);
  }

  #readOn(): void {
    clearInterval(this.#pausedPings);
    this.#pausedPings = undefined;
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  async #orEnd<T>(work: Promise<T>): Promise<T> {
    const ended = this.closed.then((reason): never => {
      throw reason ?? new Error('the connection ended');
    });
    return await Promise.race([work, ended]);
  }
}

function clientOptions(
  broker: BrokerAddress,
  about: { clientId: string; receiveMaximum: number },
): IClientOptions {
  const { protocol, host, port, username, password } = broker;
  const { clientId, receiveMaximum } = about;
  return {
    protocol,
    host,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    clientId,
    protocolVersion: 5,
    clean: false,
    keepalive: KEEP_ALIVE_SECONDS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reconnectPeriod: 0,
    resubscribe: false,
    manualConnect: true,
    properties: { sessionExpiryInterval: NEVER_EXPIRES, receiveMaximum },
  };
}
