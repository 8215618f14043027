import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '#app';
import { createTestApp, testConfig } from '../support/app.ts';
import { folder, send, usedFolder } from '../support/data-folder.ts';
import { freePort } from '../support/spawn-platform.ts';

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

function change(dataDir: string, sql: string): void {
  const database = new DatabaseSync(join(dataDir, 'vigie.db'));
  database.exec(sql);
  database.close();
}

/** Threads, servers and connections that this process holds. */
function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /Worker|Port|Server|Socket|TCP/.test(name))
    .sort();
}

interface FailingStart {
  name: string;
  /** Makes the start fail; answers the folder and how to put it right. */
  spoil(ports: { http: number; mqtt: number }): Promise<{ dataDir: string; mend?(): unknown }>;
  says: RegExp;
}

const FAILING_STARTS: FailingStart[] = [
  {
    name: 'the data folder cannot be made',
    async spoil() {
      const file = join(folder(), 'file');
      writeFileSync(file, '');
      return { dataDir: join(file, 'data') };
    },
    says: /The data folder \S+ cannot be made/,
  },
  {
    name: 'the data folder is in use',
    async spoil() {
      const { app, dataDir } = await createTestApp();
      return { dataDir, mend: () => app.stop() };
    },
    says: new RegExp(`in use by process ${process.pid}`),
  },
  {
    name: 'vigie.db is no database',
    async spoil() {
      const dataDir = await usedFolder();
      const path = join(dataDir, 'vigie.db');
      const good = readFileSync(path);
      writeFileSync(path, 'a text that somebody put here');
      return { dataDir, mend: () => writeFileSync(path, good) };
    },
    says: /vigie\.db cannot be opened: .*damaged.*Restore it from a backup/,
  },
  {
    name: 'vigie.db is damaged behind its first bytes',
    async spoil() {
      const dataDir = await usedFolder();
      const path = join(dataDir, 'vigie.db');
      const good = readFileSync(path);
      writeFileSync(path, Buffer.from(good).fill(0x5a, 100, 9000));
      return { dataDir, mend: () => writeFileSync(path, good) };
    },
    says: /vigie\.db cannot be opened: .*Restore it from a backup/,
  },
  {
    name: 'the keys are gone from vigie.db',
    async spoil() {
      const dataDir = await usedFolder();
      change(dataDir, 'ALTER TABLE api_keys RENAME TO lost');
      return { dataDir, mend: () => change(dataDir, 'ALTER TABLE lost RENAME TO api_keys') };
    },
    says: /no such table: api_keys/,
  },
  {
    name: 'history.duckdb is no database',
    async spoil() {
      const dataDir = await usedFolder();
      const path = join(dataDir, 'history.duckdb');
      const good = readFileSync(path);
      writeFileSync(path, 'a text that somebody put here');
      return { dataDir, mend: () => writeFileSync(path, good) };
    },
    says: /history\.duckdb cannot be opened\. Restore it from a backup/,
  },
  {
    name: 'history.duckdb is damaged behind its first bytes',
    async spoil() {
      const dataDir = await usedFolder();
      const path = join(dataDir, 'history.duckdb');
      const good = readFileSync(path);
      writeFileSync(path, Buffer.from(good).fill(0x5a, 4096, 12_288));
      return { dataDir, mend: () => writeFileSync(path, good) };
    },
    says: /history\.duckdb cannot be opened\. Restore it from a backup/,
  },
  {
    name: 'vigie.db was moved away and history.duckdb was not',
    async spoil() {
      const dataDir = await usedFolder();
      const path = join(dataDir, 'vigie.db');
      const good = readFileSync(path);
      rmSync(path);
      return { dataDir, mend: () => writeFileSync(path, good) };
    },
    says: /the two files do not belong together\. Restore both from the same backup/,
  },
  {
    name: 'what is remembered of the sensors cannot be read',
    async spoil() {
      const dataDir = await usedFolder();
      change(dataDir, 'ALTER TABLE sensor_states RENAME TO lost');
      return { dataDir, mend: () => change(dataDir, 'ALTER TABLE lost RENAME TO sensor_states') };
    },
    says: /no such table: sensor_states/,
  },
  {
    name: 'the port of HTTP is taken',
    async spoil({ http }) {
      const server = await occupy(http);
      return { dataDir: folder(), mend: () => server.close() };
    },
    says: /is taken by another process/,
  },
  {
    name: 'the port of MQTT is taken',
    async spoil({ mqtt }) {
      const server = await occupy(mqtt);
      return { dataDir: folder(), mend: () => server.close() };
    },
    says: /is taken by another process.*VIGIE_MQTT_PORT/,
  },
];

test.each(FAILING_STARTS)(
  'where $name, the start says so and leaves nothing open',
  async (about) => {
    const ports = { http: await freePort(), mqtt: await freePort() };
    const { dataDir, mend } = await about.spoil(ports);
    const env = { VIGIE_HTTP_PORT: String(ports.http), VIGIE_MQTT_PORT: String(ports.mqtt) };
    await sleep(20);
    const before = openHandles();
    const app = createApp(testConfig(dataDir, env));
    await expect(app.start()).rejects.toThrow(about.says);
    await app.stop();
    await expect.poll(openHandles).toEqual(before);
    if (mend === undefined) return;
    await mend();
    expect(existsSync(join(dataDir, 'vigie.lock'))).toBe(false);
    const second = createApp(testConfig(dataDir, env));
    await second.start();
    try {
      const { body } = await send(second.url, [{ sensor_id: 'b', readings: { t: 2 } }]);
      expect(body.accepted).toBe(1);
    } finally {
      await second.stop();
    }
  },
);

test('what was there before a stop is there after the start', async () => {
  const platform = await createTestApp();
  const timestamp = new Date(Date.now() - 2000).toISOString();
  await platform.put('/v1/rules/hot', {
    when: { metric: 'temperature', above: [{ limit: 30 }] },
  });
  await platform.put('/v1/contacts/hook', {
    channel: 'webhook',
    settings: { url: 'http://127.0.0.1:9/', secret: 'whsec_dGhpcyBpcyBhIHNlY3JldCBvZiBtaW5l' },
  });
  await platform.put('/v1/policies/desk', { steps: [{ contacts: ['hook'] }] });
  const { body: key } = await platform.call('POST', '/v1/api-keys', {
    name: 'reader',
    scopes: ['read'],
  });
  const reading = { sensor_id: 'oven', timestamp, readings: { temperature: 40, humidity: 12 } };
  const first = await platform.send({ ...reading, metadata: { location: 'kitchen' } });
  expect(first.alerts).toMatchObject([{ rule_id: 'hot', state: 'active' }]);
  const [alert] = first.alerts;
  await platform.call('POST', `/v1/alerts/${alert.id}/acknowledge`, { comment: 'mine' });

  const paths = [
    '/v1/sensors/oven',
    '/v1/sensors/oven/readings?metric=temperature',
    '/v1/rules',
    '/v1/contacts',
    '/v1/policies',
    '/v1/api-keys',
    `/v1/alerts/${alert.id}?history=true`,
  ];
  const ask = () => Promise.all(paths.map(async (path) => (await platform.call('GET', path)).body));
  const before = await ask();
  await platform.restart();
  expect(await ask()).toEqual(before);
  const authorization = `Bearer ${key.key}`;
  expect((await fetch(`${platform.url}/v1/sensors`, { headers: { authorization } })).status).toBe(
    200,
  );
  // The same reading is known, the alert goes on, and what ends it clears it.
  expect(await platform.send(reading)).toMatchObject({ accepted: 0, duplicates: 1, alerts: [] });
  const cool = await platform.send({ sensor_id: 'oven', readings: { temperature: 20 } });
  expect(cool.alerts).toMatchObject([{ id: alert.id, state: 'cleared' }]);
});

test('a process without the role api takes readings, and answers for its health alone', async () => {
  const platform = await createTestApp({ VIGIE_ROLES: 'gateway,processor' });
  await platform.send({ sensor_id: 'a', readings: { t: 1 } });
  expect((await platform.call('GET', '/health/live')).status).toBe(200);
  expect((await platform.call('GET', '/health/ready')).status).toBe(200);
  const metrics = await fetch(`${platform.url}/metrics`);
  expect(await metrics.text()).toContain(
    'vigie_readings_total{outcome="accepted",source="http"} 1',
  );
  for (const path of ['/v1/sensors', '/', '/docs']) {
    const { status, body } = await platform.call('GET', path);
    expect([status, body.code], path).toEqual([404, 'not_found']);
  }
  expect(platform.app.signInCode).toBeUndefined();
});

test('a process without the role gateway takes no readings, and says so', async () => {
  const platform = await createTestApp({ VIGIE_ROLES: 'api' });
  const { status, body } = await platform.post('{"sensor_id":"a","readings":{"t":1}}');
  expect([status, body.code]).toEqual([501, 'not_supported']);
  expect((await platform.call('GET', '/v1/sensors')).body.items).toEqual([]);
});
