import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { HistoryFile } from '#storage/embedded/history/history-file.ts';
import { type MoveOptions, moveHouse } from '#storage/move/move-house.ts';
import { createTestApp, type Json } from '#test/support/app.ts';
import { makeHost } from '#test/support/command-host.ts';
import { folder, send, usedFolder } from '#test/support/data-folder.ts';
import { createCluster, postgresObstacle, type TestCluster } from '#test/support/postgres.ts';
import {
  ADMIN_KEY,
  call,
  type SpawnedPlatform,
  spawnPlatform,
} from '#test/support/spawn-platform.ts';

const MORE_ROWS = 600_000;
const baseMs = Date.now() - 120_000;
const at = (second: number) => new Date(baseMs + second * 1000).toISOString();

/** What people and programs can ask for; the same before and after. */
const QUESTIONS = [
  '/v1/sensors',
  '/v1/rules',
  '/v1/contacts',
  '/v1/policies',
  '/v1/places',
  '/v1/alerts',
  '/v1/deliveries',
  '/v1/dead-letters',
  '/v1/api-keys',
  '/v1/audit',
  '/v1/sensors/f1/readings?metric=t&from=2020-01-01T00:00:00Z&to=2025-01-01T00:00:00Z&interval=1h',
];

async function spawned(dataDir: string): Promise<SpawnedPlatform> {
  const platform = await spawnPlatform(dataDir, {
    VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
    VIGIE_PUBLIC_URL: 'http://vigie.test',
  });
  onTestFinished(() => platform.kill());
  return platform;
}

async function answersOf(url: string): Promise<Json> {
  const answers: Json = {};
  for (const path of QUESTIONS) {
    const { status, body } = await call(`${url}${path}`, 'GET');
    expect(status, path).toBe(200);
    answers[path] = body;
  }
  const [alert] = answers['/v1/alerts'].items;
  answers.picture = await hashOfPicture(url);
  answers.alert = (await call(`${url}/v1/alerts/${alert.id}`, 'GET')).body;
  return answers;
}

const PICTURE = '/v1/places/hall/picture';
const authorization = `Bearer ${ADMIN_KEY}`;

async function hashOfPicture(url: string): Promise<string> {
  const answer = await fetch(`${url}${PICTURE}`, { headers: { authorization } });
  return createHash('sha256')
    .update(new Uint8Array(await answer.arrayBuffer()))
    .digest('hex');
}

/** A place with a picture of 4 MB. */
async function addPlace(url: string): Promise<void> {
  await call(`${url}/v1/places/hall`, 'PUT', { name: 'Hall' });
  const body = new Uint8Array(randomBytes(4 * 1024 * 1024));
  body.set([0xff, 0xd8, 0xff]);
  const headers = { authorization, 'content-type': 'image/jpeg' };
  const answer = await fetch(`${url}${PICTURE}`, { method: 'PUT', headers, body });
  expect(answer.status).toBe(200);
}

/** A platform with a little of everything and a long history, killed: not all states are remembered. */
async function livedIn(): Promise<{ dataDir: string; answers: Json }> {
  const dataDir = folder();
  const first = await spawned(dataDir);
  const put = async (path: string, body: unknown) =>
    expect((await call(`${first.url}${path}`, 'PUT', body)).status).toBeLessThan(300);
  await put('/v1/contacts/ops', {
    name: 'ops',
    channel: 'webhook',
    // Nothing listens there: the attempt fails, and is kept.
    settings: { url: 'http://127.0.0.1:9/' },
  });
  await put('/v1/policies/all', { steps: [{ contacts: ['ops'] }] });
  await put('/v1/rules/warm', { when: { metric: 't', above: [{ limit: 8 }] }, policy: 'all' });
  await addPlace(first.url);
  await send(first.url, [
    { sensor_id: 'f1', timestamp: at(0), readings: { t: 4, humidité: 40 } },
    { sensor_id: 'f1', timestamp: at(1), readings: { t: 9.25 } },
    { sensor_id: 'f2', timestamp: at(1), readings: { t: -0.1 } },
    { sensor_id: 'f2', timestamp: at(2), readings: { t: 'a\u0000b' } },
  ]);
  const { body } = await call(`${first.url}/v1/alerts`, 'GET');
  const [{ id }] = (body as Json).items;
  await call(`${first.url}/v1/alerts/${id}/comment`, 'POST', { comment: 'seen' });
  await call(`${first.url}/v1/api-keys`, 'POST', { name: 'gate', scopes: ['ingest'] });
  await call(`${first.url}/v1/sensors/f1/readings`, 'GET');
  await first.stop();
  await addHistory(dataDir);
  const second = await spawned(dataDir);
  await send(second.url, [{ sensor_id: 'f1', timestamp: at(3), readings: { t: 9 } }]);
  const answers = await answersOf(second.url);
  await second.kill();
  return { dataDir, answers };
}

/** Months of samples of a series, in no order. */
async function addHistory(dataDir: string): Promise<void> {
  const file = await HistoryFile.open({ dataDir, memoryLimitMb: 64, threads: 2 });
  const connection = await file.connect();
  await connection.run(`INSERT INTO history.samples
    SELECT 1, make_timestamp(1700000000000001 + (range * 7919 % ${MORE_ROWS}) * 17000000), range / 8.0,
      make_timestamp(1700000000000000 + range * 17000000)
    FROM range(${MORE_ROWS})`);
  file.close();
}

describe.skipIf(postgresObstacle !== undefined)('moving house', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await createCluster();
  });
  afterAll(() => cluster.remove());

  async function open(url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  /** A move that is broken off once so many stretches of the history are copied. */
  async function breakOff(options: MoveOptions, after: number): Promise<void> {
    const controller = new AbortController();
    const moving = moveHouse({
      ...options,
      signal: controller.signal,
      onProgress: (step, done) => step === 'readings' && done === after && controller.abort(),
    });
    await expect(moving).rejects.toThrow(/abort/i);
  }

  test('everything arrives, and the platform goes on where it was', async () => {
    const { dataDir, answers } = await livedIn();
    const url = await cluster.createDatabase();
    const host = makeHost({ VIGIE_DATA_DIR: dataDir });
    expect(await host.run(['migrate', '--to', url]), host.err).toBe(0);
    expect(host.out).toMatch(/600,00\d {2}values, compared/);
    expect(host.out).toMatch(/ 1 {2}alerts, compared/);
    const secretOf = "SELECT value FROM meta WHERE key = 'link_secret'";
    const source = new DatabaseSync(join(dataDir, 'vigie.db'), { readOnly: true });
    const secret = source.prepare(secretOf).get();
    source.close();
    // Links to acknowledge that were sent before hold after the move.
    expect(secret?.value).toMatch(/^[\w-]{43}$/);
    expect((await (await open(url)).query(secretOf)).rows).toEqual([{ ...secret }]);
    const platform = await createTestApp({ VIGIE_POSTGRES_URL: url });
    const after = await answersOf(platform.url);
    // The start writes of itself: a try to deliver, an entry about its key.
    for (const path of ['/v1/deliveries', '/v1/audit']) {
      expect(after[path].items.length).toBeGreaterThanOrEqual(answers[path].items.length);
      delete after[path];
    }
    expect(after).toEqual(
      Object.fromEntries(
        Object.entries(answers).filter(([path]) => !['/v1/deliveries', '/v1/audit'].includes(path)),
      ),
    );
    // What is known is a duplicate; what the rules knew they know; numbers are not given out twice.
    const outcome = await platform.send(
      { sensor_id: 'f1', timestamp: at(3), readings: { t: 9 } },
      { sensor_id: 'f1', timestamp: at(4), readings: { t: 3 } },
      { sensor_id: 'new', timestamp: at(4), readings: { t: 1, other: 2 } },
    );
    expect(outcome).toMatchObject({
      accepted: 2,
      duplicates: 1,
      alerts: [{ id: answers.alert.id, state: 'cleared' }],
    });
    const again = makeHost({ VIGIE_DATA_DIR: dataDir });
    await platform.app.stop();
    expect(await again.run(['migrate', '--to', url])).toBe(1);
    expect(again.err).toMatch(/\[target_not_empty\]/);
  });

  test('broken off it goes on where it was, unless the platform has run since', async () => {
    const { dataDir } = await livedIn();
    const url = await cluster.createDatabase();
    await breakOff({ dataDir, url }, 1);
    const client = await open(url);
    const count = async () =>
      Number((await client.query('SELECT count(*) FROM samples')).rows[0].count);
    const half = await count();
    expect(half).toBeGreaterThan(0);
    expect(half).toBeLessThan(MORE_ROWS);
    const steps: number[] = [];
    const moved = await moveHouse({
      dataDir,
      url,
      onProgress: (step, done) => step === 'readings' && steps.push(done),
    });
    expect(steps[0]).toBe(2);
    expect(moved[0]).toEqual({ table: 'samples', rows: MORE_ROWS + 5 });
    expect(await count()).toBe(MORE_ROWS + 5);
    // Other programs are told of what changes from now on, not of what has moved.
    const { rows } = await client.query(
      `SELECT count(*) AS untold FROM alert_history JOIN published ON feed = 'alert_history'
       WHERE (alert_history.txid, alert_history.seq) > (published.txid, published.seq)`,
    );
    expect(Number(rows[0].untold)).toBe(0);
    expect((await client.query('SELECT FROM alert_history')).rowCount).toBeGreaterThan(0);

    const other = await cluster.createDatabase();
    await breakOff({ dataDir, url: other }, 1);
    const platform = await spawned(dataDir);
    await send(platform.url, [{ sensor_id: 'f1', timestamp: at(9), readings: { t: 1 } }]);
    await platform.stop();
    await expect(moveHouse({ dataDir, url: other })).rejects.toMatchObject({
      code: 'source_changed',
    });
  });

  test('a value that is not the same is found, and the target is no platform', async () => {
    const { dataDir } = await livedIn();
    const url = await cluster.createDatabase();
    await breakOff({ dataDir, url }, 2);
    const client = await open(url);
    // In two statements, so that the second needs one partition alone.
    const { rows } = await client.query('SELECT min(time)::text AS time FROM samples');
    await client.query('UPDATE samples SET value = value + 1 WHERE time = $1::timestamptz', [
      rows[0].time,
    ]);
    await expect(moveHouse({ dataDir, url })).rejects.toMatchObject({ code: 'move_differs' });
    for (const table of ['api_keys', 'sensors', 'shards']) {
      expect((await client.query(`SELECT FROM ${table}`)).rowCount).toBe(0);
    }
  });

  test('it is refused while a platform runs at either end, and where there is nothing or something else', async () => {
    const dataDir = await usedFolder();
    const url = await cluster.createDatabase();
    const host = makeHost({ VIGIE_DATA_DIR: dataDir });
    const target = await createTestApp({ VIGIE_POSTGRES_URL: url });
    expect(await host.run(['migrate', '--to', url])).toBe(1);
    expect(host.err).toMatch(/\[target_in_use\]/);
    await target.app.stop();
    expect(await host.run(['migrate', '--to', url])).toBe(1);
    expect(host.err).toMatch(/not empty \(.*\[target_not_empty\]/);
    const running = await spawned(dataDir);
    expect(await host.run(['migrate', '--to', await cluster.createDatabase()])).toBe(1);
    expect(host.err).toMatch(/is in use by process/);
    await running.stop();
    const nobody = makeHost({ VIGIE_DATA_DIR: folder() });
    expect(await nobody.run(['migrate', '--to', url])).toBe(1);
    expect(nobody.err).toMatch(/\[nothing_to_move\]/);
    expect(await host.run(['migrate', '--to', 'mysql://x'])).toBe(2);
    expect(await host.run(['migrate', '--to', 'postgres://vigie@127.0.0.1:1/none'])).toBe(1);
    expect(host.err).toMatch(/\[storage_unavailable\]/);
  });
});
