import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { DEFAULT_LIMITS } from '#domain/reading.ts';
import { systemClock } from '#domain/time.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { createMqttBridge } from '#services/gateway/mqtt-bridge/mqtt-bridge.ts';
import { Bus } from '#stream/bus.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { makeCertificate } from '../support/certificate.ts';
import { GatedStream } from '../support/gated-stream.ts';
import { type Mosquitto, startMosquitto, whyNoMosquitto } from '../support/mosquitto.ts';
import {
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../support/spawn-platform.ts';

const obstacle = whyNoMosquitto();
const SECONDS = { timeout: 20_000, interval: 50 };

/** Times of readings, all of one sensor and a second apart, that no clock refuses. */
const startMs = Date.now() - 3_600_000;
const timeOf = (n: number) => new Date(startMs + n * 1000).toISOString();

function send(client: MqttClient, n: number, sensorId = 'freezer'): Promise<unknown> {
  const payload = JSON.stringify({ timestamp: timeOf(n), readings: { n } });
  return client.publishAsync(`v1/sensors/${sensorId}/readings`, payload, { qos: 1 });
}

async function valuesIn(url: string, sensorId = 'freezer'): Promise<number[]> {
  const query = `metric=n&from=${timeOf(-10)}&to=${timeOf(100_000)}&limit=50000`;
  const { status, body } = await call(`${url}/v1/sensors/${sensorId}/readings?${query}`, 'GET');
  return status === 404 ? [] : (body.samples as [string, number][]).map(([, value]) => value);
}

async function isConnected(url: string): Promise<boolean> {
  const { body } = await call(`${url}/health/ready`, 'GET');
  return (body as Json).connections?.mqtt_broker === 'connected';
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
}

const urlOf = (broker: Mosquitto) => `mqtt://127.0.0.1:${broker.port}`;

async function openApp(broker: Mosquitto, env: Record<string, string> = {}): Promise<TestApp> {
  const platform = await createTestApp({ VIGIE_MQTT_URL: urlOf(broker), ...env });
  await expect.poll(() => isConnected(platform.url), SECONDS).toBe(true);
  return platform;
}

async function spawnConnected(
  broker: Mosquitto,
  dataDir: string,
  env: Record<string, string> = {},
): Promise<SpawnedPlatform> {
  const platform = await spawnPlatform(dataDir, { VIGIE_MQTT_URL: urlOf(broker), ...env });
  onTestFinished(() => platform.kill());
  await expect.poll(() => isConnected(platform.url), SECONDS).toBe(true);
  return platform;
}

/** The bridge alone, before a stream that the test holds. */
function openBridge(broker: Mosquitto, stream: GatedStream) {
  const metrics = new Metrics();
  const bridge = createMqttBridge({
    url: urlOf(broker),
    clientId: 'vigie-1',
    share: 'vigie',
    customer: 'main',
    stream,
    clock: systemClock,
    limits: DEFAULT_LIMITS,
    metrics,
    bus: new Bus(),
    log: createLogger({ level: 'silent' }),
  });
  onTestFinished(() => bridge.stop(1000));
  bridge.start();
  return { bridge, metrics };
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe.skipIf(obstacle !== undefined)('with a broker that is there already', () => {
  test('its readings are stored, and alerts are published there', async () => {
    const broker = await startMosquitto();
    const platform = await openApp(broker);
    await platform.put('/v1/rules/hot', { when: { metric: 't', above: [{ limit: 30 }] } });
    const client = await broker.client();
    const heard: [string, Json][] = [];
    client.on('message', (topic, payload) => heard.push([topic, JSON.parse(payload.toString())]));
    await client.subscribeAsync('v1/alerts/#', { qos: 1 });
    await client.publishAsync('v1/sensors/oven/readings', '{"readings":{"t":31}}', { qos: 1 });
    await expect.poll(() => heard.length, SECONDS).toBe(1);
    expect(heard[0]).toMatchObject(['v1/alerts/oven', { rule_id: 'hot', state: 'active' }]);
    expect((await platform.call('GET', '/v1/sensors/oven')).body.metrics.t.last.value).toBe(31);
    expect(await metric(platform.url, 'vigie_mqtt_bridge_connected')).toBe(1);
    expect(await metric(platform.url, 'vigie_mqtt_bridge_held_messages')).toBe(0);
  });

  test('two platforms share what comes, and each message is stored once', async () => {
    const broker = await startMosquitto();
    const platforms = [await openApp(broker), await openApp(broker)];
    const client = await broker.client();
    await Promise.all(upTo(1000).map((n) => send(client, n)));
    const stored = () => Promise.all(platforms.map(({ url }) => valuesIn(url)));
    await expect.poll(async () => (await stored()).flat().length, SECONDS).toBe(1000);
    const [first = [], second = []] = await stored();
    expect(first.length).toBeGreaterThan(0);
    expect(second.length).toBeGreaterThan(0);
    expect([...first, ...second].sort((a, b) => a - b)).toEqual(upTo(1000));
  });

  test('killed under load and started again, the platform misses nothing', async () => {
    const broker = await startMosquitto();
    const folder = temporaryFolder('bridge');
    onTestFinished(() => folder.remove());
    const client = await broker.client();
    let sent = 0;
    for (let round = 0; round < 3; round++) {
      const platform = await spawnConnected(broker, folder.path);
      const sending = upTo(600).map(() => send(client, sent++));
      await expect
        .poll(async () => (await valuesIn(platform.url)).length, { ...SECONDS, interval: 5 })
        .toBeGreaterThan(round * 800);
      await platform.kill();
      // These come while it is down.
      sending.push(...upTo(200).map(() => send(client, sent++)));
      await Promise.all(sending);
    }
    const platform = await spawnConnected(broker, folder.path);
    await expect.poll(() => valuesIn(platform.url), SECONDS).toEqual(upTo(sent));
  });

  test('a broker that is killed and returns is found again, and nothing is missed', async () => {
    const broker = await startMosquitto();
    // Mosquitto forgets shared subscriptions when it ends.
    const platform = await openApp(broker, { VIGIE_MQTT_SHARE: 'none' });
    const client = await broker.client({ clean: false, clientId: 'sender' });
    const sending = upTo(300).map((n) => send(client, n));
    await expect
      .poll(async () => (await valuesIn(platform.url)).length, SECONDS)
      .toBeGreaterThan(0);
    await broker.kill();
    sending.push(...upTo(300).map((n) => send(client, 300 + n)));
    await expect.poll(() => isConnected(platform.url), SECONDS).toBe(false);
    // Readings still come by the other doors.
    expect(await platform.send({ sensor_id: 'oven', readings: { t: 1 } })).toMatchObject({
      accepted: 1,
    });
    await broker.start();
    await Promise.all(sending);
    await expect.poll(() => valuesIn(platform.url), SECONDS).toEqual(upTo(600));
  });

  test('a refused message becomes a dead letter and is not delivered again', async () => {
    const broker = await startMosquitto();
    const platform = await openApp(broker);
    const client = await broker.client();
    await client.publishAsync('v1/sensors/freezer/readings', 'not json', { qos: 1 });
    await client.publishAsync('v1/sensors/a b/readings', '{"readings":{"t":1}}', { qos: 1 });
    const letters = async () => (await platform.call('GET', '/v1/dead-letters')).body.items;
    await expect.poll(async () => (await letters()).length, SECONDS).toBe(2);
    expect(new Set((await letters()).map(({ code }: Json) => code))).toEqual(
      new Set(['invalid_json', 'sensor_id_invalid']),
    );
    await platform.restart();
    await expect.poll(() => isConnected(platform.url), SECONDS).toBe(true);
    await send(client, 1);
    await expect.poll(() => valuesIn(platform.url), SECONDS).toEqual([1]);
    expect(await letters()).toHaveLength(2);
  });

  test('while the storage fails no message is acknowledged: the broker delivers each again', async () => {
    const broker = await startMosquitto();
    const failing = new GatedStream();
    failing.failWith(new VigieError('storage_full', 'full'), Number.POSITIVE_INFINITY);
    const { bridge, metrics } = openBridge(broker, failing);
    await expect.poll(() => bridge.isConnected, SECONDS).toBe(true);
    const client = await broker.client();
    await Promise.all(upTo(2500).map((n) => send(client, n)));
    // As many as the broker may have under way; it keeps the rest.
    const held = async () => (await metrics.render()).text;
    await expect.poll(held, SECONDS).toContain('vigie_mqtt_bridge_held_messages 1000\n');
    await bridge.stop(1000);
    const well = new GatedStream();
    openBridge(broker, well);
    await expect.poll(() => well.readings.length, SECONDS).toBe(2500);
    expect(well.readings.map(([, value]) => value)).toEqual(upTo(2500));
  });

  test('messages of QoS 0 are not read faster than they are stored', async () => {
    const broker = await startMosquitto();
    const stream = new GatedStream();
    stream.hold();
    const { bridge, metrics } = openBridge(broker, stream);
    await expect.poll(() => bridge.isConnected, SECONDS).toBe(true);
    const client = await broker.client();
    const payload = JSON.stringify({ readings: { n: 1 } });
    const sendOne = () => client.publishAsync('v1/sensors/oven/readings', payload, { qos: 0 });
    for (let n = 0; n < 50; n++) await Promise.all(upTo(100).map(sendOne));
    const held = async () => (await metrics.render()).text;
    await expect.poll(held, SECONDS).toContain('vigie_mqtt_bridge_held_messages 2000\n');
    stream.release();
    await expect.poll(held, SECONDS).toContain('vigie_mqtt_bridge_held_messages 0\n');
    expect(stream.readings.length).toBeGreaterThanOrEqual(2000);
  });

  test('what was not acknowledged at the stop is delivered at the next start', async () => {
    const broker = await startMosquitto();
    const platform = await openApp(broker);
    const client = await broker.client();
    const sending = upTo(500).map((n) => send(client, n));
    await expect
      .poll(async () => (await valuesIn(platform.url)).length, SECONDS)
      .toBeGreaterThan(0);
    await platform.restart();
    await Promise.all(sending);
    await expect.poll(() => valuesIn(platform.url), SECONDS).toEqual(upTo(500));
  });

  test('user name, password and certificate are asked for as the broker wants', async () => {
    const files = temporaryFolder('tls');
    onTestFinished(() => files.remove());
    const certificate = makeCertificate(files.path);
    const broker = await startMosquitto({
      protocol: 'mqtts',
      settings(folder) {
        const passwords = join(folder, 'passwords');
        writeFileSync(passwords, 'vigie:lighthouse %\n', { mode: 0o600 });
        spawnSync('mosquitto_passwd', ['-U', passwords]);
        return [
          'allow_anonymous false',
          `password_file ${passwords}`,
          `certfile ${certificate.cert}`,
          `keyfile ${certificate.key}`,
        ];
      },
    });
    const folder = temporaryFolder('bridge');
    onTestFinished(() => folder.remove());
    const at = `127.0.0.1:${broker.port}`;
    const trusting = { NODE_EXTRA_CA_CERTS: certificate.cert };
    const wrong = await spawnPlatform(folder.path, {
      VIGIE_MQTT_URL: `mqtts://vigie:wrong@${at}`,
      ...trusting,
    });
    await expect.poll(() => wrong.output(), SECONDS).toMatch(/cannot be reached/);
    expect(wrong.output()).toMatch(/Not authorized/);
    expect(wrong.output()).not.toContain('vigie:wrong');
    await wrong.stop();
    const strange = await spawnPlatform(folder.path, {
      VIGIE_MQTT_URL: `mqtts://vigie:lighthouse%20%25@${at}`,
    });
    await expect.poll(() => strange.output(), SECONDS).toMatch(/self-signed certificate/);
    await strange.stop();
    const platform = await spawnConnected(broker, folder.path, {
      VIGIE_MQTT_URL: `mqtts://vigie:lighthouse%20%25@${at}`,
      ...trusting,
    });
    const client = await broker.client({
      username: 'vigie',
      password: 'lighthouse %',
      rejectUnauthorized: false,
    });
    await send(client, 7);
    await expect.poll(() => valuesIn(platform.url), SECONDS).toEqual([7]);
  });
});

test.skipIf(obstacle === undefined)('a broker that is there already: left out', ({ skip }) => {
  skip(obstacle);
});
