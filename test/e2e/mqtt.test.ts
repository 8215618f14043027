import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { createTestApp, type Json } from '../support/app.ts';
import { connectClient } from '../support/mqtt-gateway.ts';
import {
  ADMIN_KEY,
  call,
  freePort,
  spawnPlatform,
  temporaryFolder,
} from '../support/spawn-platform.ts';

const asAdmin = { username: 'key', password: ADMIN_KEY };

async function openPlatform() {
  const port = await freePort();
  const platform = await createTestApp({ VIGIE_MQTT_PORT: String(port) });
  return { platform, port };
}

function publish(client: MqttClient, sensorId: string, payload: unknown): Promise<unknown> {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return client.publishAsync(`v1/sensors/${sensorId}/readings`, text, { qos: 1 });
}

test('what has its PUBACK is in the history and beside its sensor', async () => {
  const { platform, port } = await openPlatform();
  const client = await connectClient(port, asAdmin);
  const timestamp = new Date(Date.now() - 1000).toISOString();
  await publish(client, 'freezer-3', {
    timestamp,
    readings: { temperature: -18.4 },
    metadata: { location: 'lyon' },
  });
  const { body } = await platform.call('GET', '/v1/sensors/freezer-3/readings');
  expect(body.samples).toEqual([[timestamp, -18.4]]);
  await publish(client, 'congélateur', [{ readings: { t: 1 } }, { readings: { t: 2, u: null } }]);
  const { body: sensor } = await platform.call('GET', '/v1/sensors/cong%C3%A9lateur');
  expect(sensor.metrics).toMatchObject({ t: { last: { value: 2 } } });
});

test('who has no key, a wrong one or one for other work is not let in', async () => {
  const { platform, port } = await openPlatform();
  const { body: reader } = await platform.call('POST', '/v1/api-keys', {
    name: 'reader',
    scopes: ['read'],
  });
  const { body: gate } = await platform.call('POST', '/v1/api-keys', {
    name: 'gate',
    scopes: ['ingest'],
  });
  for (const password of ['wrong', `${ADMIN_KEY}x`, '']) {
    await expect(connectClient(port, { username: 'key', password })).rejects.toThrow(
      /bad username or password|not authorized/i,
    );
  }
  await expect(connectClient(port, { username: 'another', password: gate.key })).rejects.toThrow(
    /bad username/i,
  );
  await connectClient(port, { username: gate.id, password: gate.key });
  // A key that may only read hears alerts, and what it sends is not taken.
  const listener = await connectClient(port, { username: 'key', password: reader.key });
  await listener.subscribeAsync('v1/alerts/#');
  await Promise.race([
    publish(listener, 'freezer', { readings: { t: 1 } }).catch(() => undefined),
    sleep(300),
  ]);
  expect((await platform.call('GET', '/v1/sensors/freezer')).status).toBe(404);
});

test('a key bound to sensors stores for those alone; the rest is kept as a dead letter', async () => {
  const { platform, port } = await openPlatform();
  const { body: key } = await platform.call('POST', '/v1/api-keys', {
    name: 'gate',
    scopes: ['ingest'],
    sensors: ['gate-*'],
  });
  const client = await connectClient(port, { username: 'key', password: key.key });
  await publish(client, 'gate-1', { readings: { t: 1 } });
  await publish(client, 'oven', { readings: { t: 1 } });
  const { body: sensors } = await platform.call('GET', '/v1/sensors');
  expect(sensors.items.map(({ id }: Json) => id)).toEqual(['gate-1']);
  const { body: letters } = await platform.call('GET', '/v1/dead-letters');
  expect(letters.items).toMatchObject([{ code: 'sensor_not_allowed', sensor_id: 'oven' }]);

  // A key that is revoked ends the connection.
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await platform.call('DELETE', `/v1/api-keys/${key.id}`);
  await closed;
});

test('what is refused is acknowledged once its dead letter is kept, whole and with the reason', async () => {
  const { platform, port } = await openPlatform();
  const client = await connectClient(port, asAdmin);
  const payloads: [payload: string, code: string][] = [
    ['{"readings":{"t":"warm"}}', 'value_not_number'],
    ['{"sensor_id":"other","readings":{"t":1}}', 'sensor_id_mismatch'],
    ['not json', 'invalid_json'],
    ['{"timestamp":"2026-11-22T05:00:00","readings":{"t":1}}', 'timestamp_without_offset'],
  ];
  for (const [payload] of payloads) await publish(client, 'oven', payload);
  const { body: letters } = await platform.call('GET', '/v1/dead-letters');
  expect(letters.items.map(({ code }: Json) => code)).toEqual(
    payloads.map(([, code]) => code).reverse(),
  );
  expect(letters.items[1]).toMatchObject({ source: 'mqtt', payload: 'not json' });
  await publish(client, 'oven', { readings: { t: 1 } });
  expect((await platform.call('GET', '/v1/sensors/oven')).status).toBe(200);
});

test('alerts are published on the topic of their sensor', async () => {
  const { platform, port } = await openPlatform();
  await platform.put('/v1/rules/hot', { when: { metric: 't', above: [{ limit: 8 }] } });
  const heard: string[] = [];
  const listener = await connectClient(port, asAdmin);
  listener.on('message', (topic, payload) => {
    const alert = JSON.parse(String(payload));
    heard.push(`${topic} ${alert.state} ${alert.severity} ${alert.value} ${alert.acknowledged}`);
  });
  await listener.subscribeAsync('v1/alerts/#', { qos: 1 });
  const sender = await connectClient(port, asAdmin);
  await publish(sender, 'oven', { readings: { t: 9 } });
  await expect.poll(() => heard).toEqual(['v1/alerts/oven active warning 9 false']);
  const { body: alerts } = await platform.call('GET', '/v1/alerts');
  await platform.call('POST', `/v1/alerts/${alerts.items[0].id}/acknowledge`, {});
  await publish(sender, 'oven', { readings: { t: 5 } });
  await expect
    .poll(() => heard.slice(1))
    .toEqual(['v1/alerts/oven active warning 9 true', 'v1/alerts/oven cleared warning 5 true']);
});

test('killed in the middle of a stream of messages, it has stored all that it acknowledged, once', async () => {
  const folder = temporaryFolder('mqtt');
  onTestFinished(folder.remove);
  const platform = await spawnPlatform(folder.path);
  const startMs = Date.now() - 120_000;
  const acknowledged = new Map<string, number[]>();
  const stopping = new AbortController();
  const senders = Array.from({ length: 4 }, async (_, n) => {
    const sensorId = `m${n}`;
    const mine: number[] = [];
    acknowledged.set(sensorId, mine);
    const client = await connectClient(platform.mqttPort, asAdmin);
    client.on('close', () => stopping.abort());
    let inFlight = 0;
    for (let k = 0; !stopping.signal.aborted; k++) {
      inFlight++;
      const timestamp = new Date(startMs + k).toISOString();
      publish(client, sensorId, { timestamp, readings: { t: k } }).then(
        () => {
          inFlight--;
          mine.push(k);
        },
        () => undefined,
      );
      if (inFlight > 200) await sleep(1);
    }
  });
  await sleep(900);
  await platform.kill();
  stopping.abort();
  await Promise.all(senders);

  const again = await spawnPlatform(folder.path);
  try {
    for (const [sensorId, mine] of acknowledged) {
      const from = new Date(startMs - 1000).toISOString();
      const { body } = await call(
        `${again.url}/v1/sensors/${sensorId}/readings?from=${from}&limit=100000`,
        'GET',
      );
      const stored = (body.samples as [string, number][]).map(([, value]) => value);
      const distinct = new Set(stored);
      expect(mine.length).toBeGreaterThan(20);
      expect(distinct.size, 'stored twice').toBe(stored.length);
      expect(
        mine.filter((value) => !distinct.has(value)),
        'acknowledged and lost',
      ).toEqual([]);
    }
  } finally {
    await again.stop();
  }
});

/** Runs `mosquitto_pub`; answers its exit code. */
async function mosquittoPub(port: number, ...args: string[]): Promise<number> {
  const all = ['-h', '127.0.0.1', '-p', String(port), '-q', '1', ...args];
  const child = spawn('mosquitto_pub', all, { stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return code as number;
}

test('mosquitto_pub sends a reading and is told when its key is wrong', async ({ skip }) => {
  const isThere = spawnSync('mosquitto_pub', ['--help']).error === undefined;
  if (!isThere && process.env.CI !== 'true') {
    skip('mosquitto_pub is not installed (Debian: mosquitto-clients)');
  }
  const { platform, port } = await openPlatform();
  const topic = ['-t', 'v1/sensors/freezer-3/readings'];
  const message = ['-m', '{"readings":{"temperature":-17.9}}'];
  const login = ['-u', 'key', '-P', ADMIN_KEY];
  expect(await mosquittoPub(port, ...login, ...topic, ...message)).toBe(0);
  expect(await mosquittoPub(port, ...login, '-V', 'mqttv31', ...topic, ...message)).toBe(0);
  expect(await mosquittoPub(port, '-u', 'key', '-P', 'wrong', ...topic, ...message)).not.toBe(0);
  const { body } = await platform.call('GET', '/v1/sensors/freezer-3/readings');
  expect(body.samples.map(([, value]: [string, number]) => value)).toEqual([-17.9, -17.9]);
});
