import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '#domain/alert.ts';
import type { Limits } from '#domain/reading.ts';
import type { Clock } from '#domain/time.ts';
import type { Logger } from '#platform/logging.ts';
import type { Metrics } from '#platform/metrics.ts';
import type { Bus } from '#stream/bus.ts';
import type { ReadingStream } from '#stream/reading-stream.ts';
import { ReadingTopics } from '../mqtt/reading-topics.ts';
import { ReceiptClock } from '../receipt-clock.ts';
import { AlertOutlet } from './alert-outlet.ts';
import { BridgeConnection } from './bridge-connection.ts';
import { parseBrokerUrl } from './broker-address.ts';
import type { DeliveryContext } from './delivery-queue.ts';

// Tested by: test/e2e/mqtt-bridge.test.ts

export interface MqttBridgeDependencies {
  /** `mqtt[s]://[user:password@]host[:port]`. */
  url: string;
  /** The same at each start of this instance, and no other instance's. */
  clientId: string;
  /** Clients of one name share the messages; undefined = a subscription of its own. */
  share: string | undefined;
  /** Whose readings the broker delivers, and whose alerts it is told. */
  customer: string;
  stream: ReadingStream;
  clock: Clock;
  limits: Limits;
  metrics: Metrics;
  /** Whose alerts are published as they come; undefined where `publish` is called with them instead. */
  bus: Bus | undefined;
  log: Logger;
}

/** An alert for a broker, with the id by which a repetition is known. */
interface OutgoingAlert {
  alert: Alert;
  id: string;
}

export interface MqttBridge {
  /** Begins to connect; a broker that is away is tried until it answers. */
  start(): void;
  readonly isConnected: boolean;
  /** In order. Rejects where the broker did not take all of them. */
  publish(alerts: readonly OutgoingAlert[]): Promise<void>;
  /** Takes nothing more, lets what is held be stored and acknowledged, and closes, within the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

const READINGS = 'v1/sensors/+/readings';
const RETRY = { firstMs: 250, factor: 2, maxMs: 5000 } as const;
/** A connection that lasted so long was a good one: the next retry is quick again. */
const LASTING_MS = 30_000;
const RECEIVE_MAXIMUM = 1000;
/** Above what the broker may have under way: so it is only messages of QoS 0, or large ones, that reading pauses for. */
const HELD = { maxMessages: 2000, maxBytes: 64 * 1024 * 1024 } as const;
/** Of the deadline: for closing what does not close by itself. */
const FAREWELL_MS = 200;
const MAX_WAITING_ALERTS = 10_000;
/** Alerts that the broker may have under way. */
const PUBLISHED_AT_ONCE = 100;

/**
 * Readings from a broker that is there already (EMQX, Mosquitto), as one of the clients that share the subscription
 * to `v1/sensors/+/readings`. MQTT 5, QoS 1: a PUBACK follows the commit, also that of the dead letter of
 * what is refused, and the session stays with the broker while the platform is away. While the stream takes nothing,
 * messages are held and offered again, and the broker keeps the rest.
 *
 * Alerts of the customer are published on `v1/alerts/{sensor_id}`: as they come, or, where several processes share a
 * storage, by whichever of them has the turn.
 */
export function createMqttBridge(deps: MqttBridgeDependencies): MqttBridge {
  const { url, clientId, share, customer, stream, limits, metrics, bus, log } = deps;
  const receipts = new ReceiptClock(deps.clock);
  const deliveries: DeliveryContext = { stream, customer, limits, receipts, metrics, log, ...HELD };
  const broker = parseBrokerUrl(url);
  const topics = new ReadingTopics();
  const topic = share === undefined ? READINGS : `$share/${share}/${READINGS}`;
  const outlet = new AlertOutlet({ maxWaiting: MAX_WAITING_ALERTS, log });
  const stopping = new AbortController();
  const name = `${broker.host}:${broker.port}`;
  let connection: BridgeConnection | undefined;
  let isConnected = false;
  let work: Promise<void> = Promise.resolve();
  let stopHearing: (() => void) | undefined;

  metrics.watch(
    'vigie_mqtt_bridge_connected',
    'Whether the broker of VIGIE_MQTT_URL is connected.',
    () => Number(isConnected),
  );
  metrics.watch(
    'vigie_mqtt_bridge_held_messages',
    'Messages of the broker received and not yet acknowledged.',
    () => connection?.heldMessages ?? 0,
  );
  metrics.watch(
    'vigie_mqtt_bridge_waiting_alerts',
    'Alerts that the broker has not taken yet.',
    () => outlet.waiting,
  );
  metrics.watch(
    'vigie_mqtt_bridge_dropped_alerts',
    'Alerts left out since the start because the broker was away for too long.',
    () => outlet.dropped,
  );

  /** One connection from beginning to end. Rejects where it could not be had. */
  async function attend(): Promise<void> {
    const current = new BridgeConnection({
      broker,
      clientId,
      receiveMaximum: RECEIVE_MAXIMUM,
      topic,
      topics,
      deliveries,
    });
    connection = current;
    await current.open();
    isConnected = true;
    log.info({ broker: name, clientId }, 'readings are taken from the broker');
    outlet.attach((topic, payload) => current.publish(topic, payload));
    const err = await current.closed;
    if (!stopping.signal.aborted) log.warn({ broker: name, err }, 'the broker is gone');
  }

  async function run(): Promise<void> {
    const { signal } = stopping;
    for (let waitMs: number = RETRY.firstMs; !signal.aborted; ) {
      const begun = performance.now();
      try {
        await attend();
      } catch (err) {
        if (!signal.aborted) log.warn({ broker: name, err }, 'the broker cannot be reached');
      } finally {
        isConnected = false;
        outlet.attach(undefined);
      }
      if (performance.now() - begun > LASTING_MS) waitMs = RETRY.firstMs;
      // Jitter, so that instances that lost their broker together do not come back together.
      const pause = sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal });
      await pause.catch(() => undefined);
      waitMs = Math.min(waitMs * RETRY.factor, RETRY.maxMs);
    }
  }

  return {
    start() {
      stopHearing = bus?.subscribe('alert', (event) => {
        if (event.customer === customer) outlet.add(event.alert);
      });
      work = run();
    },
    get isConnected() {
      return isConnected;
    },
    async publish(alerts) {
      const current = connection;
      if (current === undefined || !isConnected) throw new Error('the broker is away');
      for (let at = 0; at < alerts.length; at += PUBLISHED_AT_ONCE) {
        await Promise.all(
          alerts
            .slice(at, at + PUBLISHED_AT_ONCE)
            .map(({ alert, id }) =>
              current.publish(`v1/alerts/${alert.sensor_id}`, JSON.stringify(alert), id),
            ),
        );
      }
    },
    async stop(deadlineMs) {
      stopHearing?.();
      stopping.abort();
      await connection?.stop(Math.max(0, deadlineMs - FAREWELL_MS));
      await work;
    },
  };
}
