import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { IClientPublishOptions, MqttClient } from 'mqtt';
import { refuseMalformed } from '#platform/refuse-malformed.ts';
import { hostOf, isPrivateHost, PrivateAddressError } from '../../outbound/address-guard.ts';
import type { MqttSettings } from './mqtt.schema.ts';

// Tested by: mqtt.test.ts

/** Where a broker is and who signs in there. */
export type BrokerSettings = Pick<MqttSettings, 'url' | 'username' | 'password' | 'ca'>;

/** How a connection may be made. */
export interface Network {
  allowPrivate: boolean;
  /** Answers addresses that may be connected to; the system's way where undefined. */
  lookup: LookupFunction | undefined;
}

const PORTS = { 'mqtt:': 1883, 'mqtts:': 8883 } as const;
const KEEP_ALIVE_SECONDS = 30;
/** Of a broker that does not know MQTT 5: CONNACK of 3.1.1 [MQTT-3.1.2-2], and of MQTT 5 section 3.2.2.2. */
const WRONG_VERSION = new Set([1, 132]);

/** The broker said no, with its reason code (MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 2.4). */
export class BrokerRefusal extends Error {
  readonly reasonCode: number;

  constructor(message: string, reasonCode: number) {
    super(message);
    this.name = 'BrokerRefusal';
    this.reasonCode = reasonCode;
  }
}

/** One connection to a broker, from CONNECT to its end; there is no second try within it. */
export class BrokerConnection {
  readonly #client: MqttClient;
  /** Resolves, with the reason where it is known, when the connection has ended. */
  readonly closed: Promise<unknown>;

  private constructor(client: MqttClient, closed: Promise<unknown>) {
    this.#client = client;
    this.closed = closed;
  }

  /** Speaks MQTT 5 and, where the broker does not, 3.1.1. Rejects with why not, or with the signal's reason. */
  static async open(
    settings: BrokerSettings,
    network: Network,
    signal: AbortSignal,
  ): Promise<BrokerConnection> {
    try {
      return await BrokerConnection.#open(settings, { network, signal, protocolVersion: 5 });
    } catch (error) {
      if (!(error instanceof BrokerRefusal && WRONG_VERSION.has(error.reasonCode))) throw error;
      return BrokerConnection.#open(settings, { network, signal, protocolVersion: 4 });
    }
  }

  static async #open(
    { url, username, password, ca }: BrokerSettings,
    how: { network: Network; signal: AbortSignal; protocolVersion: 4 | 5 },
  ): Promise<BrokerConnection> {
    const { network, signal, protocolVersion } = how;
    const address = new URL(url);
    // Sockets do not look up a literal address, so it is checked here.
    const host = hostOf(address);
    if (!network.allowPrivate && isPrivateHost(host)) throw new PrivateAddressError(host);
    signal.throwIfAborted();
    const { MqttClient } = await import('mqtt');
    let reason: unknown;
    const client = new MqttClient(
      () => {
        const socket = openSocket(address, { lookup: network.lookup, ca });
        socket.on('error', (error) => {
          reason ??= error;
        });
        return socket;
      },
      {
        ...(username === undefined ? {} : { username }),
        ...(password === undefined ? {} : { password }),
        protocolVersion,
        clean: true,
        keepalive: KEEP_ALIVE_SECONDS,
        reconnectPeriod: 0,
        connectTimeout: 60_000,
        manualConnect: true,
      },
    );
    refuseMalformed(client);
    const closed = new Promise<unknown>((resolve) => {
      client.on('error', (error) => {
        reason ??= refusalOf(error);
        client.stream.destroy();
      });
      client.on('disconnect', ({ reasonCode }) => {
        const code = reasonCode ?? 0;
        reason ??= new BrokerRefusal(`it ended the connection (reason ${code})`, code);
      });
      client.on('close', () => resolve(reason));
    });
    const connection = new BrokerConnection(client, closed);
    const connected = new Promise<void>((resolve) => client.once('connect', () => resolve()));
    client.connect();
    await connection.#within(connected, signal);
    return connection;
  }

  /**
   * Resolves at the PUBACK (QoS 1). Rejects where the connection ends
   * first, where the broker refuses, or with the signal's reason; the connection has ended then, unless it was a refusal.
   */
  async publish(
    message: { topic: string; payload: Buffer; retain: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { topic, payload, retain } = message;
    const options: IClientPublishOptions = { qos: 1, retain };
    if (this.#client.options.protocolVersion === 5) {
      options.properties = {
        contentType: 'application/cloudevents+json',
        payloadFormatIndicator: true,
      };
    }
    const published = this.#client.publishAsync(topic, payload, options).catch((error: unknown) => {
      throw refusalOf(error);
    });
    await this.#within(published, signal);
  }

  /** Without a word: the broker sees the end of the connection. */
  destroy(): void {
    this.#client.stream.destroy();
  }

  /** Says goodbye (DISCONNECT). */
  async close(): Promise<void> {
    await Promise.race([this.#client.endAsync(), this.closed]);
  }

  async #within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    const { promise: never, reject } = Promise.withResolvers<never>();
    const onAbort = () => {
      reject(signal.reason);
      this.destroy();
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const ended = this.closed.then((reason): never => {
      throw reason ?? new Error('the broker closed the connection');
    });
    // Of these the loser is looked at by nobody.
    for (const other of [work, ended, never]) other.catch(() => undefined);
    try {
      return await Promise.race([work, ended, never]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function openSocket(
  address: URL,
  { lookup, ca }: { lookup: LookupFunction | undefined; ca: string | undefined },
): Socket {
  const host = hostOf(address);
  const protocol = address.protocol === 'mqtts:' ? 'mqtts:' : 'mqtt:';
  const port = address.port === '' ? PORTS[protocol] : Number(address.port);
  const where = { host, port, ...(lookup === undefined ? {} : { lookup }) };
  if (protocol === 'mqtt:') return connectTcp(where);
  return connectTls({
    ...where,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
  });
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? new BrokerRefusal(error.message, code) : error;
}
