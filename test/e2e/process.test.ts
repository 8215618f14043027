import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '#app';
import { createTestApp, testConfig } from '../support/app.ts';
import { folder, send, usedFolder } from '../support/data-folder.ts';
import { ADMIN_KEY, call, spawnPlatform } from '../support/spawn-platform.ts';
import { createWebhookReceiver } from '../support/webhook-receiver.ts';

// The platform as a process of its own: how it ends, and what it ends with.

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

test('SIGTERM under load ends the process with 0, and what it acknowledged is stored', async () => {
  const dataDir = folder();
  const startMs = Date.now() - 60_000;
  const acknowledged = new Map<string, number>();
  const platform = await spawnPlatform(dataDir);
  const statuses = new Set<number>();
  const senders = Array.from({ length: 8 }, async (_, n) => {
    const sensor_id = `s${n}`;
    for (let k = 0; ; k += 50) {
      const readings = Array.from({ length: 50 }, (_, at) => ({
        sensor_id,
        timestamp: new Date(startMs + k + at).toISOString(),
        readings: { t: k + at },
      }));
      try {
        const { status } = await send(platform.url, readings);
        statuses.add(status);
        if (status !== 200) return;
        acknowledged.set(sensor_id, k + 50);
      } catch {
        return;
      }
    }
  });
  await sleep(600);
  expect(await platform.stop()).toBe(0);
  await Promise.all(senders);
  expect([...statuses].every((status) => status === 200 || status === 503)).toBe(true);
  expect(platform.output()).toContain('Stopping…');
  expect(existsSync(join(dataDir, 'vigie.lock'))).toBe(false);

  const app = createApp(testConfig(dataDir));
  await app.start();
  onTestFinished(() => app.stop());
  expect(acknowledged.size).toBe(8);
  for (const [sensorId, count] of acknowledged) {
    const from = new Date(startMs - 1000).toISOString();
    const { body } = await call(
      `${app.url}/v1/sensors/${sensorId}/readings?metric=t&from=${from}&limit=100000`,
      'GET',
    );
    const values = (body.samples as [string, number][]).map(([, value]) => value);
    expect(values).toEqual(Array.from({ length: values.length }, (_, k) => k));
    expect(values.length).toBeGreaterThanOrEqual(count);
  }
});

test('SIGTERM ends a process whose clients and receivers hang, and its storage is closed in order', async () => {
  const dataDir = folder();
  const receiver = await createWebhookReceiver(onTestFinished);
  receiver.answer(() => undefined);
  const platform = await spawnPlatform(dataDir, { VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true' });
  const { url, httpPort, mqttPort } = platform;
  const settings = { url: receiver.url };
  await call(`${url}/v1/contacts/hook`, 'PUT', { channel: 'webhook', settings });
  await call(`${url}/v1/rules/hot`, 'PUT', { when: { metric: 't', above: [{ limit: 8 }] } });
  await send(url, { sensor_id: 'oven', readings: { t: 9 } });
  await receiver.waitFor(1);
  // A listener, a request that never ends, and connections that say nothing.
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const listening = await fetch(`${url}/v1/events`, { headers });
  const sockets = [httpPort, httpPort, mqttPort].map((port) => connect(port, '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => undefined);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  sockets[0]?.write(
    `POST /v1/readings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Length: 999\r\n\r\n[`,
  );
  await sleep(100);
  expect(await platform.stop()).toBe(0);
  await listening.body?.cancel().catch(() => undefined);
  expect(platform.output()).not.toContain('could not be stopped');
  expect(existsSync(join(dataDir, 'vigie.lock'))).toBe(false);
  // Nothing is left to replay: both databases were closed.
  expect(readdirSync(dataDir).filter((name) => name.includes('wal'))).toEqual([]);
});

/** `vigie serve` as a process of its own that is expected to end by itself. */
async function serve(dataDir: string, user?: number): Promise<{ code: number; err: string }> {
  const child: ChildProcess = spawn(process.execPath, [main, 'serve'], {
    cwd: '/',
    env: {
      PATH: process.env.PATH,
      VIGIE_HTTP_PORT: '0',
      VIGIE_MQTT_PORT: '0',
      VIGIE_DATA_DIR: dataDir,
      VIGIE_ADMIN_KEY: ADMIN_KEY,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  let err = '';
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, err };
}

test('serve ends with 1 and one line that says what to do where the data folder cannot be used', async () => {
  const { app, dataDir } = await createTestApp();
  const locked = await serve(dataDir);
  expect(locked.code).toBe(1);
  expect(locked.err).toBe(
    `vigie: The data folder ${dataDir} is in use by process ${process.pid}. Stop it, or set VIGIE_DATA_DIR to another folder. [storage_unavailable]\n`,
  );
  await app.stop();

  const damagedState = await usedFolder();
  writeFileSync(join(damagedState, 'vigie.db'), 'not a database');
  const state = await serve(damagedState);
  expect(state.code).toBe(1);
  expect(state.err).toMatch(
    /^vigie: The database \S+vigie\.db cannot be opened: .* Restore it from a backup, or move the whole folder away to start anew\. \[storage_unavailable\]\n$/,
  );
  expect(readFileSync(join(damagedState, 'vigie.db'), 'utf8')).toBe('not a database');

  const damagedHistory = await usedFolder();
  writeFileSync(join(damagedHistory, 'history.duckdb'), 'not a database');
  const history = await serve(damagedHistory);
  expect(history.code).toBe(1);
  expect(history.err).toMatch(
    /^vigie: The history file \S+history\.duckdb cannot be opened\. Restore it from a backup, .* \[storage_unavailable\]\n$/,
  );
  expect(readFileSync(join(damagedHistory, 'history.duckdb'), 'utf8')).toBe('not a database');
});

const NOBODY = 65_534;

/** Root may write everywhere: where this process is root, the platform runs as somebody else. */
function ordinaryUser(): number | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

function mayRead(user: number): boolean {
  const code = `fs.accessSync(${JSON.stringify(main)}, fs.constants.R_OK)`;
  return spawnSync(process.execPath, ['-e', code], { cwd: '/', uid: user, gid: user }).status === 0;
}

test('serve says so where the data folder cannot be written to', async ({ skip }) => {
  const user = ordinaryUser();
  if (user !== undefined && !mayRead(user)) {
    skip('root may write everywhere, and no other user can read this checkout');
  }
  const path = join(folder(), 'data');
  mkdirSync(path);
  chmodSync(path, 0o555);
  chmodSync(join(path, '..'), 0o755);
  const { code, err } = await serve(path, user);
  chmodSync(path, 0o755);
  expect(err).toMatch(
    /^vigie: The data folder \S+ cannot be written to: .* \[storage_unavailable\]\n$/,
  );
  expect(code).toBe(1);
});
