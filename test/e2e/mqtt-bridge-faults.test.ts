import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { systemClock } from '#domain/time.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { createMqttBridge } from '#services/gateway/mqtt-bridge/mqtt-bridge.ts';
import { Bus } from '#stream/bus.ts';
import { GatedStream } from '../support/gated-stream.ts';
import { watchUncaught } from '../support/uncaught.ts';
import { until } from '../support/until.ts';

// Brokers that do not keep to the protocol.

/** CONNACK and SUBACK of MQTT 5: everything is granted. */
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0]);
const SUBACK = (id: Buffer) => Buffer.from([0x90, 4, ...id, 0, 1]);

/** Answers whoever connects and subscribes; then it sends what `fault` is. */
async function startRogueBroker(fault: Buffer): Promise<{ port: number; connections(): number }> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const broker = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(CONNACK);
      socket.once('data', (subscribe: Buffer) => {
        socket.write(Buffer.concat([SUBACK(subscribe.subarray(2, 4)), fault]));
      });
    });
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    broker.close();
  });
  return { port: (broker.address() as AddressInfo).port, connections: () => connections };
}

test.each([
  ['a message of QoS 2', Buffer.from([0x34, 3, 0, 1, 0x78])],
  ['a PUBREL', Buffer.from([0x62, 0])],
])('a broker that sends %s without an id is left, and tried again', async (_, fault) => {
  const errors = watchUncaught();
  const broker = await startRogueBroker(fault);
  const bridge = createMqttBridge({
    url: `mqtt://127.0.0.1:${broker.port}`,
    clientId: 'vigie',
    share: undefined,
    customer: MAIN_CUSTOMER,
    stream: new GatedStream(),
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    metrics: new Metrics(),
    bus: new Bus(),
    log: createLogger({ level: 'silent' }),
  });
  bridge.start();
  onTestFinished(() => bridge.stop(1000));
  await until(() => broker.connections() >= 2);
  expect(errors).toEqual([]);
});
