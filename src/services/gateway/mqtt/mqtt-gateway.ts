import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '#domain/reading.ts';
import type { Clock } from '#domain/time.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { Bus } from '#stream/bus.ts';
import type { ReadingStream } from '#stream/reading-stream.ts';
import type { Gatekeeper } from '../authenticate.ts';
import { ReceiptClock } from '../receipt-clock.ts';
import { AlertFeed } from './alert-feed.ts';
import { type Broker, openBroker } from './broker.ts';
import { type ConnectionContext, MqttConnection } from './connection.ts';
import { HeldBudget } from './held-budget.ts';
import type { HeldLimits } from './held-messages.ts';
import { ReadingTopics } from './reading-topics.ts';
import { renewKeys } from './renew-keys.ts';

export interface MqttGatewayDependencies {
  host: string;
  /** 0 = any that is free. */
  port: number;
  stream: ReadingStream;
  gatekeeper: Gatekeeper;
  clock: Clock;
  limits: Limits;
  metrics: Metrics;
  bus: Bus;
  log: Logger;
  /** Connections beyond are closed at once. */
  maxConnections?: number;
  /** From the connection to the end of the handshake. */
  connectTimeoutMs?: number;
  /** What one client may send while earlier messages of it are being stored; then its reading pauses. */
  heldPerClient?: HeldLimits;
  /** What all clients together may have under way, large packets that are coming in included. */
  heldInAll?: { maxMessages: number; maxBytes: number };
}

export interface MqttGateway {
  /** Rejects where the port cannot be had. */
  start(): Promise<{ port: number }>;
  /** Takes nothing more, lets what is held be stored and acknowledged, and closes, within the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

const DEFAULTS = {
  maxConnections: 20_000,
  connectTimeoutMs: 10_000,
  heldPerClient: { messages: 2000, bytes: 2 * 1024 * 1024 },
  heldInAll: { maxMessages: 200_000, maxBytes: 64 * 1024 * 1024 },
} as const;
const SWEEP_MS = 1000;
const RENEW_MS = 60_000;
/** Of the deadline: for the last acknowledgements to leave. */
const FAREWELL_MS = 200;
const MAX_WARNED = 10_000;

/**
 * The door for MQTT 3.1 and 3.1.1. Readings come on `v1/sensors/{sensor_id}/readings`: a reading as over HTTP
 * or an array of them, which may leave `sensor_id` out. PUBACK (with QoS 2, PUBREC) follows the commit, also that of
 * the dead letter of what is refused. While the stream takes nothing, messages are held and offered again, and their
 * senders are held back; nothing is acknowledged that is not stored.
 *
 * Alerts of the key's customer can be subscribed to on `v1/alerts/#` and `v1/alerts/{sensor_id}`. No session
 * outlives its connection.
 */
export function createMqttGateway(deps: MqttGatewayDependencies): MqttGateway {
  const { log, bus, gatekeeper, metrics } = deps;
  const connections = new Set<MqttConnection>();
  const feed = new AlertFeed();
  const budget = new HeldBudget(deps.heldInAll ?? DEFAULTS.heldInAll);
  const context: ConnectionContext = {
    ...deps,
    budget,
    topics: new ReadingTopics(),
    receipts: new ReceiptClock(deps.clock),
    heldLimits: deps.heldPerClient ?? DEFAULTS.heldPerClient,
    connectTimeoutMs: deps.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
    warnOnce: createWarnOnce(log),
  };
  let running: { broker: Broker; server: Server; endings: (() => void)[] } | undefined;

  metrics.watch('vigie_mqtt_clients', 'MQTT clients connected.', () => {
    let open = 0;
    for (const { isOpen } of connections) if (isOpen) open++;
    return open;
  });
  metrics.watch(
    'vigie_mqtt_held_messages',
    'MQTT messages received and not yet acknowledged.',
    () => budget.messages,
  );

  function accept(broker: Broker, socket: Socket): void {
    const connection = new MqttConnection(socket, context);
    connections.add(connection);
    socket.on('close', () => {
      connections.delete(connection);
      feed.remove(connection);
    });
    broker.adopt(connection);
  }

  /** What goes on while the gateway runs; each is ended by what it returns. */
  function attend(): (() => void)[] {
    const sweeping = setInterval(() => {
      const now = performance.now();
      for (const connection of connections) connection.sweep(now);
    }, SWEEP_MS);
    const renewing = setInterval(() => {
      void renewKeys([...connections], { gatekeeper, feed });
    }, RENEW_MS);
    return [
      () => clearInterval(sweeping),
      () => clearInterval(renewing),
      bus.subscribe('alert', (event) => {
        try {
          feed.publish(event);
        } catch (err) {
          log.error({ err }, 'an alert could not be published over MQTT');
        }
      }),
      bus.subscribe('keys.changed', ({ customer }) => {
        gatekeeper.forget();
        const concerned = [...connections].filter((connection) => connection.customer === customer);
        void renewKeys(concerned, { gatekeeper, feed });
      }),
    ];
  }

  async function start(): Promise<{ port: number }> {
    const broker = await openBroker({ feed, log });
    const server = createServer({ noDelay: true }, (socket) => accept(broker, socket));
    server.maxConnections = deps.maxConnections ?? DEFAULTS.maxConnections;
    try {
      await listen(server, deps);
    } catch (error) {
      await broker.close();
      throw error;
    }
    server.on('error', (err) => log.error({ err }, 'MQTT connections cannot be accepted'));
    server.on('drop', () => context.warnOnce('', 'there are too many MQTT connections'));
    running = { broker, server, endings: attend() };
    return { port: (server.address() as AddressInfo).port };
  }

  async function stop(deadlineMs: number): Promise<void> {
    if (running === undefined) return;
    const { broker, server, endings } = running;
    running = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const end of endings) end();
    for (const connection of connections) connection.quiesce();
    const settled = Promise.all([...connections].map((connection) => connection.settled));
    await Promise.race([settled, pause(deadlineMs - FAREWELL_MS)]);
    for (const connection of connections) connection.end();
    await Promise.race([closed, pause(FAREWELL_MS)]);
    for (const connection of connections) connection.destroy();
    await closed;
    await broker.close();
  }

  return { start, stop };
}

function createWarnOnce(log: Logger): ConnectionContext['warnOnce'] {
  const warned = new Set<string>();
  return (client, message) => {
    if (warned.has(client)) return;
    if (warned.size >= MAX_WARNED) warned.clear();
    warned.add(client);
    log.warn({ client }, message);
  };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        error.message = `Port ${port} on ${host} is taken by another process. Stop that one, or choose another port: VIGIE_MQTT_PORT or --mqtt-port (0: no MQTT).`;
      }
      reject(error);
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function pause(ms: number): Promise<void> {
  return sleep(Math.max(0, ms), undefined, { ref: false });
}
