import { connectAsync, type MqttClient } from 'mqtt';
import { reasonOf } from '../api-client.ts';
import { unreachable } from '../command-error.ts';
import { readingJson, type SimulationOptions } from './http-sender.ts';
import type { AlertCount, Batch, Sender, SendResult } from './sender.ts';
import { sensorId } from './signal.ts';

// Tested by: cli/simulate/simulate.test.ts

export interface MqttTarget {
  url: string;
  key: string | undefined;
  connections: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One reading a message, QoS 1: the PUBACK is the acknowledgement. What was refused is acknowledged too
 * (it lies in the dead letters), so `rejected` stays 0 here.
 */
export class MqttSender implements Sender {
  readonly heardAlerts: AlertCount = { raised: 0, cleared: 0 };
  readonly #clients: MqttClient[] = [];
  readonly #options: SimulationOptions;

  constructor(options: SimulationOptions) {
    this.#options = options;
  }

  /** Throws `unreachable` where the broker does not let it in. */
  async connect(target: MqttTarget): Promise<void> {
    try {
      for (let index = 0; index < target.connections; index++) {
        this.#clients.push(
          await connectAsync(
            target.url,
            {
              clientId: `vigie-simulate-${process.pid}-${index}`,
              username: 'key',
              ...(target.key === undefined ? {} : { password: target.key }),
              connectTimeout: CONNECT_TIMEOUT_MS,
              reconnectPeriod: 1000,
              clean: true,
            },
            false,
          ),
        );
      }
      await this.#listenForAlerts();
    } catch (error) {
      await this.close();
      throw unreachable(`no MQTT connection to ${target.url} (${reasonOf(error)})`, error);
    }
  }

  /** A key without the right to read hears of no alerts; the load goes on all the same. */
  async #listenForAlerts(): Promise<void> {
    const [client] = this.#clients;
    client?.on('message', (_topic, payload) => {
      const state = alertState(payload.toString());
      if (state === 'active') this.heardAlerts.raised++;
      if (state === 'cleared') this.heardAlerts.cleared++;
    });
    await client?.subscribeAsync('v1/alerts/#').catch(() => undefined);
  }

  send(batch: Batch): Promise<SendResult> {
    const sensor = batch.from % this.#options.sensors;
    // A sensor keeps to its connection, so that its readings stay in order.
    const client = this.#clients[sensor % this.#clients.length];
    if (client === undefined || !client.connected) {
      return Promise.resolve({ kind: 'lost', reason: 'not connected' });
    }
    return new Promise((resolve) => {
      const settle = (error: unknown) =>
        resolve(
          error
            ? { kind: 'lost', reason: reasonOf(error) }
            : {
                kind: 'acknowledged',
                accepted: 1,
                late: 0,
                duplicates: 0,
                rejected: 0,
                alerts: NONE,
              },
        );
      const topic = `v1/sensors/${sensorId(sensor)}/readings`;
      client.publish(topic, readingJson(batch.from, this.#options), { qos: 1 }, settle);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
  }
}

const NONE: AlertCount = { raised: 0, cleared: 0 };

function alertState(payload: string): unknown {
  try {
    const message = JSON.parse(payload) as { state?: unknown; alert?: { state?: unknown } } | null;
    return message?.state ?? message?.alert?.state;
  } catch {
    return undefined;
  }
}
