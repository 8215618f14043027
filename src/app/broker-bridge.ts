import { hostname } from 'node:os';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { defaultClientId } from '#services/gateway/mqtt-bridge/broker-address.ts';
import { createMqttBridge, type MqttBridge } from '#services/gateway/mqtt-bridge/mqtt-bridge.ts';
import { alertChangeId } from '#services/publisher/cloud-events.ts';
import { Publisher } from '#services/publisher/publisher.ts';
import type { ReadingStream } from '#stream/reading-stream.ts';
import type { AppContext, AppStorage } from './app-storage.ts';

// Tested by: test/e2e/mqtt-bridge.test.ts, test/scale/broker-alerts.test.ts

/**
 * The client of a broker that is there already. Where several processes share the storage, one at a time publishes alerts, from
 * what is durable: another goes on where it ended, so each change comes at least once.
 */
export function createBrokerBridge(
  { config, clock, metrics, bus, logger: log }: AppContext,
  { url, stream, storage }: { url: string; stream: ReadingStream; storage: AppStorage },
): Pick<MqttBridge, 'start' | 'stop' | 'isConnected'> {
  const { dataDir, mqttShare: share, limits } = config;
  const { shared } = storage;
  const clientId = config.mqttClientId ?? defaultClientId({ hostName: hostname(), dataDir });
  const customer = MAIN_CUSTOMER;
  const common = { url, clientId, share, customer, stream, clock, limits, metrics, log };
  const bridge = createMqttBridge({ ...common, bus: shared === undefined ? bus : undefined });
  if (shared === undefined) return bridge;
  const feed = shared.brokerChanges;
  const publisher = new Publisher({
    // Who has no connection leaves the turn to others.
    turns: [
      async () =>
        bridge.isConnected
          ? feed.alertChanges((changes) =>
              bridge.publish(
                changes
                  .filter((change) => change.customer === customer)
                  .map((change) => ({ alert: change.alert, id: alertChangeId(change) })),
              ),
            )
          : undefined,
    ],
    log,
  });
  let stopHearing: (() => void) | undefined;
  return {
    start() {
      bridge.start();
      publisher.start();
      stopHearing = bus.subscribe('alert', () => publisher.wake());
    },
    get isConnected() {
      return bridge.isConnected;
    },
    async stop(deadlineMs) {
      stopHearing?.();
      await Promise.all([publisher.stop(), bridge.stop(deadlineMs)]);
    },
  };
}
