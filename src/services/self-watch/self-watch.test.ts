import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { SELF_CUSTOMER } from '#domain/self-watch.ts';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { until } from '#test/support/until.ts';
import { callHeartbeat } from './heartbeat.ts';

const watched = (env: Record<string, string> = {}) =>
  createTestApp({ VIGIE_CANARY: '400ms', ...env });
const selfWatch = async (app: TestApp) => (await app.call('GET', '/v1/self-watch')).body;
const isOk = async (app: TestApp) => (await selfWatch(app)).canary.state === 'ok';

/** Somebody outside who counts the calls and answers with a status. */
async function createWatcher(status = 200) {
  const calls: string[] = [];
  const server: Server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    response.writeHead(status).end('OK');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping?x=1` };
}

test('a canary goes the whole way, again and again, and its time is told', async () => {
  const app = await watched();
  await until(async () => ((await selfWatch(app)).canary.latency?.count ?? 0) >= 2);
  const { canary, heartbeat } = await selfWatch(app);
  expect(canary).toMatchObject({ state: 'ok', interval_s: 0.4, last_failure: null });
  expect(canary.latency.p99_ms).toBeGreaterThanOrEqual(canary.latency.p50_ms);
  expect(canary.latency.p50_ms).toBeGreaterThan(0);
  expect(heartbeat).toEqual({ is_configured: false, last_at: null, last_outcome: null });
  const text = await (await fetch(`${app.url}/metrics`)).text();
  expect(text).toMatch(/^vigie_canary_seconds 0\.\d+$/m);
});

test('nobody else sees the canary', async () => {
  const app = await watched();
  await until(() => isOk(app));
  for (const list of ['sensors', 'alerts', 'contacts', 'deliveries'])
    expect((await app.call('GET', `/v1/${list}`)).body.items).toEqual([]);
});

test('the heartbeat is called for a canary that got through', async () => {
  const watcher = await createWatcher();
  const app = await watched({ VIGIE_HEARTBEAT_URL: watcher.url });
  await until(async () => (await selfWatch(app)).heartbeat.last_outcome === 'ok');
  expect(watcher.calls[0]).toBe('GET /ping?x=1');
  expect((await selfWatch(app)).heartbeat.is_configured).toBe(true);
});

test('what the watcher answers is told, and the canary is none the worse for it', async () => {
  const watcher = await createWatcher(404);
  const app = await watched({ VIGIE_HEARTBEAT_URL: watcher.url });
  await until(async () => (await selfWatch(app)).heartbeat.last_outcome === 'answered 404');
  expect((await selfWatch(app)).canary.state).toBe('ok');
});

test('a watcher that wants to speak another protocol ends no watch', async () => {
  const watcher = createServer((_request, response) => {
    const head =
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
    response.socket?.write(head);
  });
  await new Promise<void>((resolve) => watcher.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    watcher.closeAllConnections();
    watcher.close();
  });
  const { port } = watcher.address() as AddressInfo;
  expect(await callHeartbeat(`http://127.0.0.1:${port}/`, AbortSignal.timeout(5000))).toBe(
    'answered 101',
  );
});

test('a canary that does not get through is a failure with its reason, and the heartbeat stays away', async () => {
  const watcher = await createWatcher();
  const app = await watched({ VIGIE_HEARTBEAT_URL: watcher.url });
  await until(() => isOk(app));
  // Its contact is gone: the alert is raised, and nobody is told.
  const database = new DatabaseSync(join(app.dataDir, 'vigie.db'), { timeout: 5000 });
  database
    .prepare("DELETE FROM documents WHERE kind = 'contact' AND customer = ?")
    .run(SELF_CUSTOMER);
  database.close();
  await app.app.processor.reloadRouting(SELF_CUSTOMER);
  await until(async () => (await selfWatch(app)).canary.state === 'failing');
  const calls = watcher.calls.length;
  const { canary } = await selfWatch(app);
  expect(canary.last_failure.detail).toBe('no notification in time');
  await until(async () => (await selfWatch(app)).canary.last_failure.at !== canary.last_failure.at);
  expect(watcher.calls).toHaveLength(calls);
});

test('an alert of the canary that a crash left standing does not stop the next one', async () => {
  const app = await watched();
  await until(() => isOk(app));
  await app.app.processor.abandon();
  await app.restart();
  const { count } = (await selfWatch(app)).canary.latency;
  await until(async () => (await selfWatch(app)).canary.latency.count > count);
  expect((await selfWatch(app)).canary.last_failure).toBeNull();
});

test('VIGIE_CANARY=off keeps the canary in', async () => {
  const app = await createTestApp({ VIGIE_CANARY: 'off' });
  expect((await selfWatch(app)).canary).toMatchObject({ state: 'off', interval_s: null });
});
