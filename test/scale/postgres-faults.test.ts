import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { ask } from '#test/support/ask-postgres.ts';
import { createFaultProxy } from '#test/support/fault-proxy.ts';
import { type NumberedLoad, startLoad } from '#test/support/numbered-load.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import { MIB, mountSmallDisk, whyNoSmallDisk } from '#test/support/small-disk.ts';
import {
  call,
  freePort,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '#test/support/spawn-platform.ts';

/** Within this the platform takes readings again by itself, on a machine that has other things to do. */
const BOUND = { timeout: 60_000, interval: 100 };

async function storedNumbers(url: string): Promise<number[]> {
  const rows = await ask<{ value: number }>(
    url,
    `SELECT value FROM samples JOIN series ON series.id = samples.series
     WHERE series.metric = 'n' ORDER BY value`,
  );
  return rows.map(({ value }) => value);
}

/** Ends the load, and compares what was acknowledged with what is stored: the same numbers, each once. */
async function expectEachOnce(load: NumberedLoad, url: string): Promise<void> {
  await load.stop();
  const acknowledged = load.acknowledged.toSorted((a, b) => a - b);
  expect(await storedNumbers(url)).toEqual(acknowledged);
}

/** Resolves once so many more readings were acknowledged. */
function more(load: NumberedLoad, count = 100): Promise<void> {
  const before = load.acknowledged.length;
  return expect.poll(() => load.acknowledged.length, BOUND).toBeGreaterThan(before + count);
}

function load(url: () => string, batch = 1): NumberedLoad {
  const running = startLoad({ url, batch });
  onTestFinished(() => running.stop());
  return running;
}

/** Every refusal is one that a sender is to repeat, and says when. */
function expectClearRefusals({ refusals }: NumberedLoad, codes: readonly string[]): void {
  const unclear = refusals.filter(
    ({ status, code, retryAfter }) =>
      status !== 503 || !codes.includes(code) || !(Number(retryAfter) > 0),
  );
  expect(unclear).toEqual([]);
}

async function spawned(url: string, readyPath = '/health/ready'): Promise<SpawnedPlatform> {
  const folder = temporaryFolder('fault');
  const env = {
    VIGIE_POSTGRES_URL: url,
    VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    VIGIE_LOG_LEVEL: 'fatal',
    VIGIE_CANARY: 'off',
  };
  const platform = await spawnPlatform(folder.path, env, { readyPath });
  onTestFinished(async () => {
    platform.process.kill('SIGCONT');
    await platform.kill();
    folder.remove();
  });
  return platform;
}

describe.skipIf(postgresObstacle !== undefined)('faults around PostgreSQL', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  async function behindProxy() {
    const url = await cluster.createDatabase();
    const proxy = await createFaultProxy(cluster.port, onTestFinished);
    const through = new URL(url);
    through.port = String(proxy.port);
    const platform = await createTestApp({ VIGIE_POSTGRES_URL: through.href });
    return { url, proxy, platform };
  }

  // With 1 a commit is an INSERT, with 1000 a COPY.
  for (const batch of [1, 1000]) {
    test(`a network that is cut and comes back loses and doubles nothing, with ${batch} readings a request`, async () => {
      const { url, proxy, platform } = await behindProxy();
      const running = load(() => platform.url, batch);
      await more(running, 50 * batch);
      proxy.cut();
      await expect.poll(() => running.refusals.length, BOUND).toBeGreaterThan(0);
      const { length } = running.acknowledged;
      expect((await fetch(`${platform.url}/health/live`)).status).toBe(200);
      const ready = await fetch(`${platform.url}/health/ready`);
      expect([ready.status, ready.headers.get('retry-after')]).toEqual([503, '5']);
      expect(running.acknowledged.length).toBe(length);
      proxy.heal();
      await more(running, 50 * batch);
      await expectEachOnce(running, url);
      expectClearRefusals(running, ['storage_unavailable', 'standing_by']);
    });
  }

  test('connections that a firewall forgot without a word are given up and replaced', async () => {
    const { url, proxy, platform } = await behindProxy();
    const running = load(() => platform.url);
    await more(running);
    proxy.cut();
    await expect.poll(() => running.refusals.length, BOUND).toBeGreaterThan(0);
    proxy.healForNew();
    await more(running);
    await expectEachOnce(running, url);
    expect((await platform.call('GET', '/v1/sensors/pump')).status).toBe(200);
    expectClearRefusals(running, ['storage_unavailable', 'standing_by']);
  });

  test('connections that are reset again and again lose and double nothing', async () => {
    const { url, proxy, platform } = await behindProxy();
    const running = load(() => platform.url, 10);
    for (let times = 0; times < 3; times++) {
      await more(running);
      proxy.reset();
    }
    await more(running);
    await expectEachOnce(running, url);
    expectClearRefusals(running, ['storage_unavailable', 'standing_by']);
  });

  test('a platform stops in good order while the database does not answer', async () => {
    const { proxy, platform } = await behindProxy();
    await platform.send({ sensor_id: 'a', readings: { t: 1 } });
    proxy.cut();
    await platform.app.stop();
    await expect(fetch(`${platform.url}/health/live`)).rejects.toThrow();
  });

  test('a platform killed under load comes back with all that it acknowledged, and one notification for each alert change', async () => {
    const url = await cluster.createDatabase();
    let platform = await spawned(url);
    const put = async (path: string, body: unknown) =>
      expect((await call(`${platform.url}${path}`, 'PUT', body)).status).toBe(201);
    // Nobody listens there: the notifications stay, to be counted.
    const receiver = `http://127.0.0.1:${await freePort()}/`;
    await put('/v1/contacts/hook', { channel: 'webhook', settings: { url: receiver } });
    await put('/v1/rules/even', { when: { metric: 'flip', above: [{ limit: 0.5 }] } });
    const running = load(() => platform.url, 5);
    let flips = 0;
    let isDone = false;
    const flipping = (async () => {
      while (!isDone) {
        const reading = { sensor_id: 'switch', readings: { flip: flips % 2 } };
        const sent = await call(`${platform.url}/v1/readings`, 'POST', reading).catch(
          () => undefined,
        );
        if (sent?.status === 200) flips++;
      }
    })();
    onTestFinished(() => {
      isDone = true;
    });
    for (let times = 0; times < 3; times++) {
      await more(running);
      await platform.kill();
      platform = await spawned(url);
    }
    await more(running);
    isDone = true;
    await flipping;
    await expectEachOnce(running, url);
    const doubled = await ask(
      url,
      `SELECT alert_id, contact_id, type, count(*) FROM notifications
       GROUP BY alert_id, contact_id, type HAVING count(*) > 1`,
    );
    expect(doubled).toEqual([]);
    const [counts] = await ask<{ alerts: number; told: number }>(
      url,
      `SELECT count(*)::integer AS alerts,
         (SELECT count(DISTINCT alert_id)::integer FROM notifications) AS told FROM alerts`,
    );
    expect(counts?.alerts).toBeGreaterThan(3);
    expect(counts?.told).toBe(counts?.alerts);
  });

  test('an owner that is frozen is replaced, and writes nothing of what it holds when it goes on', async () => {
    const url = await cluster.createDatabase();
    const first = await spawned(url);
    let target = first;
    const running = load(() => target.url);
    await more(running);
    // It stands by, and is not ready for readings.
    const second = await spawned(url, '/health/live');
    const idle = { sensor_id: 'idle', readings: { t: 1 } };
    const standingBy = await call(`${second.url}/v1/readings`, 'POST', idle);
    expect(standingBy).toMatchObject({ status: 503, body: { code: 'standing_by' } });
    first.process.kill('SIGSTOP');
    target = second;
    // Its connections are alive, so the network notices nothing: the server ends the session that says nothing.
    const reading = { sensor_id: 'new', readings: { t: 1 } };
    await expect
      .poll(async () => (await call(`${second.url}/v1/readings`, 'POST', reading)).status, BOUND)
      .toBe(200);
    first.process.kill('SIGCONT');
    // What it held in the air is sent again by its senders, to the second one.
    await more(running);
    const late = { sensor_id: 'late', readings: { t: 1 } };
    expect(await call(`${first.url}/v1/readings`, 'POST', late)).toMatchObject({ status: 503 });
    await expectEachOnce(running, url);
    const owners = await ask<{ owner: string }>(url, 'SELECT owner FROM shards');
    expect(owners).toHaveLength(1);
    expect(owners[0]?.owner).toContain(`/${second.process.pid}/`);
    const stale = await ask(url, "SELECT FROM sensors WHERE sensor_id = 'late'");
    expect(stale).toEqual([]);
  });

  test('an owner whose session the server ended stands by behind the one that took over', async () => {
    const url = await cluster.createDatabase();
    const first = await spawned(url);
    let target = first;
    const running = load(() => target.url);
    await more(running);
    // It stands by, and is not ready for readings.
    const second = await spawned(url, '/health/live');
    first.process.kill('SIGSTOP');
    target = second;
    await ask(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'vigie shard 0'",
    );
    await expect
      .poll(async () => {
        const [shard] = await ask<{ owner: string }>(url, 'SELECT owner FROM shards');
        return shard?.owner;
      }, BOUND)
      .toContain(`/${second.process.pid}/`);
    first.process.kill('SIGCONT');
    await more(running);
    await expectEachOnce(running, url);
    const reading = { sensor_id: 'late', readings: { t: 1 } };
    expect(await call(`${first.url}/v1/readings`, 'POST', reading)).toMatchObject({
      status: 503,
    });
  });

  test.skipIf(whyNoSmallDisk() !== undefined)(
    'a full disk under the database is told, loses nothing, and is over when there is room',
    async () => {
      const disk = mountSmallDisk(400);
      const small = await createCluster(
        { max_wal_size: '64MB', min_wal_size: '64MB', shared_buffers: '16MB' },
        disk.path,
      );
      onTestFinished(() => small.remove());
      const url = await small.createDatabase();
      const platform = await createTestApp({ VIGIE_POSTGRES_URL: url });
      const running = load(() => platform.url, 500);
      await more(running, 1000);
      disk.fill(3 * MIB);
      await expect.poll(() => running.refusals.length, BOUND).toBeGreaterThan(3);
      expectClearRefusals(running, ['storage_full', 'storage_unavailable', 'standing_by']);
      expect((await fetch(`${platform.url}/health/live`)).status).toBe(200);
      disk.release();
      // A server that could not even write its log has stopped itself; whoever keeps it starts it again.
      const isUp = await ask(url, 'SELECT 1').catch(() => undefined);
      if (isUp === undefined) {
        await small.stop('immediate');
        await small.start();
      }
      await more(running, 1000);
      await expectEachOnce(running, url);
    },
  );
});
