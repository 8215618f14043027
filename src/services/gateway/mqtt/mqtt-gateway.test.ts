import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import type { Alert } from '#domain/alert.ts';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { connectClient, openGateway, until } from '#test/support/mqtt-gateway.ts';

const TOPIC = 'v1/sensors/freezer/readings';
const reading = (value: number) => JSON.stringify({ readings: { t: value } });

function publish(client: MqttClient, payload: string | Buffer, topic = TOPIC): Promise<unknown> {
  return client.publishAsync(topic, payload, { qos: 1 });
}

test('a message is acknowledged when its reading is durable, and not before', async () => {
  const { port, stream, metrics } = await openGateway();
  const client = await connectClient(port);
  stream.hold();
  let isAcknowledged = false;
  const acknowledged = publish(client, reading(1)).then(() => {
    isAcknowledged = true;
  });
  await until(() => stream.submissions.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(isAcknowledged).toBe(false);
  expect((await metrics.render()).text).toContain('vigie_mqtt_held_messages 1\n');
  stream.release();
  await acknowledged;
  expect(stream.readings).toEqual([['freezer', 1]]);
  expect(stream.submissions[0]).toMatchObject({ customer: 'main', source: 'mqtt' });
  const { text } = await metrics.render();
  expect(text).toContain('vigie_readings_total{outcome="accepted",source="mqtt"} 1\n');
  expect(text).toContain('vigie_reading_to_ack_seconds_count 1\n');
  expect(text).toContain('vigie_mqtt_held_messages 0\n');
  expect(text).toContain('vigie_mqtt_clients 1\n');
});

test('every QoS carries readings, in order, one reading or an array of them', async () => {
  const { port, stream } = await openGateway();
  const client = await connectClient(port);
  await client.publishAsync(TOPIC, reading(1), { qos: 0 });
  await client.publishAsync(TOPIC, reading(2), { qos: 2 });
  await client.publishAsync(TOPIC, `[${reading(3)},${reading(4)}]`, { qos: 1 });
  expect(stream.readings.map(([, value]) => value)).toEqual([1, 2, 3, 4]);
});

test('thousands of messages under way at once keep their order and are all acknowledged', async () => {
  const { port, stream } = await openGateway({ heldPerClient: { messages: 50, bytes: 100_000 } });
  const client = await connectClient(port);
  const sent = Array.from({ length: 3000 }, (_, value) => publish(client, reading(value)));
  await Promise.all(sent);
  expect(stream.readings.map(([, value]) => value)).toEqual(sent.map((_, value) => value));
});

test('what is refused goes to the dead letters and is acknowledged then', async () => {
  const { port, stream } = await openGateway();
  const client = await connectClient(port);
  for (const [payload, code, topic] of [
    ['{"readings":{"t":"warm"}}', 'value_not_number'],
    ['{"sensor_id":"oven","readings":{"t":1}}', 'sensor_id_mismatch'],
    ['not json', 'invalid_json'],
    [reading(1), 'sensor_id_invalid', 'v1/sensors/a b/readings'],
  ] as const) {
    stream.hold();
    const acknowledged = publish(client, payload, topic);
    await until(() => stream.refused.at(-1)?.code === code);
    expect(stream.refused.at(-1)?.payload).toBe(payload);
    stream.release();
    await acknowledged;
  }
  expect(stream.readings).toEqual([]);
});

test('a payload above the limit is refused with its beginning, and the connection lives on', async () => {
  const { port, stream } = await openGateway({ limits: { ...DEFAULT_LIMITS, bodyBytes: 100_000 } });
  const client = await connectClient(port);
  await publish(client, Buffer.alloc(3_000_000, 'x'));
  expect(stream.refused).toMatchObject([{ code: 'body_too_large', sensorId: 'freezer' }]);
  expect(stream.refused[0]?.payload).toHaveLength(64 * 1024);
  await publish(client, reading(1));
  expect(stream.readings).toEqual([['freezer', 1]]);
});

test('while the stream takes nothing messages are held, and then stored once and in order', async () => {
  const { port, stream } = await openGateway({ heldPerClient: { messages: 20, bytes: 100_000 } });
  const client = await connectClient(port);
  stream.failWith(new VigieError('overloaded', 'full', { retryAfterSeconds: 1 }), 3);
  let acknowledged = 0;
  const sent = Array.from({ length: 500 }, (_, value) =>
    publish(client, reading(value)).then(() => {
      acknowledged++;
    }),
  );
  await until(() => stream.submissions.length >= 2);
  expect(acknowledged).toBe(0);
  await Promise.all(sent);
  const taken = stream.submissions.slice(3).flatMap(({ parsed }) => [...parsed.batch.values]);
  expect(taken).toEqual(sent.map((_, value) => value));
});

test('a client that goes while its message is held is not acknowledged, and its next connection is served', async () => {
  const { port, stream, metrics } = await openGateway();
  const client = await connectClient(port, { clientId: 'device' });
  stream.failWith(new VigieError('storage_full', 'full'), 1000);
  void publish(client, reading(1)).catch(() => undefined);
  await until(() => stream.submissions.length >= 1);
  await client.endAsync(true);
  await expect
    .poll(async () => (await metrics.render()).text)
    .toContain('vigie_mqtt_held_messages 0\n');
  const offered = stream.submissions.length;
  stream.failWith(new VigieError('storage_full', 'full'), 0);
  const again = await connectClient(port, { clientId: 'device' });
  await publish(again, reading(1));
  expect(stream.submissions).toHaveLength(offered + 1);
});

test('a QoS 0 message is stored although its sender leaves at once', async () => {
  const { port, stream } = await openGateway();
  const client = await connectClient(port);
  stream.hold();
  await client.publishAsync(TOPIC, reading(1), { qos: 0 });
  await client.publishAsync(TOPIC, reading(2), { qos: 0 });
  await client.endAsync();
  stream.release();
  await until(() => stream.readings.length === 2);
});

test('a key with a rate of its own is held back to it', async () => {
  const { port, stream } = await openGateway({ keys: { secret: { rateLimit: 20 } } });
  const client = await connectClient(port);
  const begun = performance.now();
  await Promise.all(Array.from({ length: 50 }, (_, value) => publish(client, reading(value))));
  // Two seconds' worth may come at once.
  expect(performance.now() - begun).toBeGreaterThan(400);
  expect(stream.readings).toHaveLength(50);
});

test('a key bound to sensors says so to the processor', async () => {
  const { port, stream } = await openGateway({ keys: { secret: { sensors: ['oven-*'] } } });
  const client = await connectClient(port);
  await publish(client, reading(1));
  expect(stream.submissions[0]?.allowedSensors).toEqual(['oven-*']);
});

test('a will on the topic of a sensor is its last reading', async () => {
  const { port, stream } = await openGateway();
  const will = { topic: TOPIC, payload: Buffer.from(reading(9)), qos: 1 as const, retain: false };
  const polite = await connectClient(port, { will });
  await polite.endAsync();
  const lost = await connectClient(port, { will });
  await publish(lost, reading(1));
  await lost.endAsync(true);
  await until(() => stream.readings.length === 2);
  expect(stream.readings.at(-1)).toEqual(['freezer', 9]);
});

test('alerts reach the subscribers of their customer, and nobody else', async () => {
  const { port, bus } = await openGateway({
    keys: {
      secret: { scopes: ['ingest'] },
      reader: { scopes: ['read'] },
      stranger: { scopes: ['admin'], customer: 'other' },
    },
  });
  const heard: string[] = [];
  const listen = async (password: string, filter: string) => {
    const client = await connectClient(port, { password });
    client.on('message', (topic, payload, { qos, retain }) => {
      heard.push(`${password} ${topic} ${JSON.parse(String(payload)).id} ${qos} ${retain}`);
    });
    await client.subscribeAsync(filter, { qos: 1 });
    return client;
  };
  const all = await listen('reader', 'v1/alerts/#');
  await listen('reader', 'v1/alerts/oven');
  const stranger = await listen('stranger', 'v1/alerts/+');
  await expect(listen('secret', 'v1/alerts/#')).rejects.toThrow();
  await expect(listen('reader', '#')).rejects.toThrow();
  bus.publish('alert', { customer: 'main', alert: { id: '1', sensor_id: 'freezer' } as Alert });
  bus.publish('alert', { customer: 'other', alert: { id: '2', sensor_id: 'freezer' } as Alert });
  await until(() => heard.length === 2);
  expect(heard.sort()).toEqual([
    'reader v1/alerts/freezer 1 1 false',
    'stranger v1/alerts/freezer 2 1 false',
  ]);
  await all.unsubscribeAsync('v1/alerts/#');
  bus.publish('alert', { customer: 'main', alert: { id: '3', sensor_id: 'freezer' } as Alert });
  bus.publish('alert', { customer: 'other', alert: { id: '4', sensor_id: 'freezer' } as Alert });
  await until(() => heard.length === 3);
  expect(heard.at(-1)).toContain('stranger');
  expect(stranger.connected).toBe(true);
});

test('a key that is revoked ends its connections, and one that changes changes their rights', async () => {
  const { port, bus, stream, keys } = await openGateway({ keys: { secret: {}, other: {} } });
  const revoked = await connectClient(port);
  const narrowed = await connectClient(port, { password: 'other' });
  const closing = new Promise<void>((resolve) => revoked.once('close', () => resolve()));
  keys.delete('secret');
  keys.set('other', { sensors: ['oven'] });
  bus.publish('keys.changed', { customer: 'main' });
  await closing;
  await publish(narrowed, reading(1));
  expect(stream.submissions.at(-1)?.allowedSensors).toEqual(['oven']);
});

test('a stop lets what is held be stored and acknowledged', async () => {
  const { gateway, port, stream } = await openGateway();
  const client = await connectClient(port);
  stream.hold();
  const acknowledged = publish(client, reading(1));
  await until(() => stream.submissions.length === 1);
  const stopped = gateway.stop(5000);
  stream.release();
  await acknowledged;
  await stopped;
  await expect(connectClient(port)).rejects.toThrow();
});

test('a stop keeps its deadline although a commit never comes', async () => {
  const { gateway, port, stream } = await openGateway();
  const client = await connectClient(port);
  stream.hold();
  void publish(client, reading(1)).catch(() => undefined);
  await until(() => stream.submissions.length === 1);
  await gateway.stop(300);
  await until(() => !client.connected);
});
