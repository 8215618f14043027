import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { packTar, unpackTar } from 'modern-tar';
import { expect, onTestFinished, test } from 'vitest';
import { createTestApp, type Json } from '../support/app.ts';
import { makeHost, type TestHost } from '../support/command-host.ts';
import { folder, send, usedFolder } from '../support/data-folder.ts';
import { MIB, mountSmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { ADMIN_KEY, call, type SpawnedPlatform, spawnPlatform } from '../support/spawn-platform.ts';

/** Recent, so that rules raise alerts at once; `timeOf(n)` is n ms later. */
const startMs = Date.now() - 300_000;
const timeOf = (n: number) => new Date(startMs + n).toISOString();

function hostFor(dataDir: string): TestHost {
  return makeHost({ VIGIE_DATA_DIR: dataDir, VIGIE_ADMIN_KEY: ADMIN_KEY });
}

async function spawned(dataDir: string): Promise<SpawnedPlatform> {
  const platform = await spawnPlatform(dataDir);
  onTestFinished(() => platform.kill());
  return platform;
}

async function valuesOf(url: string, sensorId: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const answer = await fetch(`${url}/v1/export?format=json&sensor_id=${sensorId}`, { headers });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Json[]).map(({ value }) => value);
}

/** A backup of a folder that holds a little of everything. */
async function smallBackup(): Promise<{ host: TestHost; file: string }> {
  const host = hostFor(await usedFolder());
  expect(await host.run(['backup', 'small.tar'])).toBe(0);
  return { host, file: join(host.cwd, 'small.tar') };
}

test('made while readings keep coming, a backup holds every one acknowledged before it began', async () => {
  const platform = await spawned(folder());
  const rule = { when: { metric: 'n', above: [{ limit: -1 }] } };
  expect((await call(`${platform.url}/v1/rules/any`, 'PUT', rule)).status).toBe(201);
  let next = 0;
  let isSending = true;
  let acknowledged = 0;
  const sending = (async () => {
    while (isSending) {
      const batch = Array.from({ length: 200 }, () => next++).map((n) => ({
        sensor_id: 'freezer',
        timestamp: timeOf(n),
        readings: { n },
      }));
      const { status } = await send(platform.url, batch);
      expect(status).toBe(200);
      acknowledged = next;
      await sleep(5);
    }
  })();
  onTestFinished(() => {
    isSending = false;
    return sending.catch(() => undefined);
  });
  const host = hostFor(platform.dataDir);
  const target = ['--url', platform.url];
  for (const name of ['first.tar', 'second.tar']) {
    await sleep(700);
    const before = acknowledged;
    expect(await host.run(['backup', name], target), host.err).toBe(0);
    expect(host.err).toMatch(/verified\n$/);
    expect(acknowledged).toBeGreaterThan(before);
    const dataDir = folder();
    const restorer = hostFor(dataDir);
    expect(await restorer.run(['restore', join(host.cwd, name)]), restorer.err).toBe(0);
    const restored = await spawned(dataDir);
    const values = await valuesOf(restored.url, 'freezer');
    expect(values).toEqual(values.map((_, n) => n));
    expect(values.length).toBeGreaterThanOrEqual(before);
    const alerts = (await call(`${restored.url}/v1/alerts`, 'GET')).body as Json;
    expect(alerts.items).toMatchObject([{ rule_id: 'any', state: 'active' }]);
    // Sent again, as a sender would that was not answered: what is there is a duplicate, and it goes on.
    const again = { sensor_id: 'freezer', timestamp: timeOf(0), readings: { n: 0 } };
    const news = { sensor_id: 'freezer', timestamp: timeOf(400_000), readings: { n: 1 } };
    expect((await send(restored.url, [again, news])).body).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    await restored.stop();
  }
  isSending = false;
  await sending;
  expect(readdirSync(join(platform.dataDir, 'tmp'))).toEqual([]);
  expect(platform.output()).not.toMatch(/"level":50/);
});

test('of a stopped platform the folder is read, and the file is for its owner alone', async () => {
  const { host, file } = await smallBackup();
  expect(host.err).toMatch(/small\.tar: [\d.]+ kB, 1 values, verified/);
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(existsSync(`${file}.part`)).toBe(false);
  // Any tar reads it.
  const { stdout } = spawnSync('tar', ['-tf', file], { encoding: 'utf8' });
  expect(stdout.split('\n')).toEqual([
    'manifest.json',
    'vigie.db.zst',
    'history/000001-recent.parquet',
    'checksums.json',
    '',
  ]);
  const empty = hostFor(folder());
  expect(await empty.run(['backup', 'none.tar'])).toBe(1);
  expect(empty.err).toMatch(/There is no platform in .*\[nothing_to_back_up\]/);
  expect(readdirSync(empty.cwd)).toEqual([]);
});

test('a damaged or shortened file is refused, and the folder stays as it was', async () => {
  const { host, file } = await smallBackup();
  const bytes = readFileSync(file);
  const variants: Buffer[] = [
    bytes.subarray(0, bytes.length - 4000),
    bytes.subarray(0, 2048),
    Buffer.from('not a backup'),
    Buffer.alloc(0),
  ];
  for (let at = 600; at < bytes.length - 1024; at += Math.floor(bytes.length / 40)) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1;
    // The rest of a block behind its entry is never read.
    if (bytes[at] !== 0) variants.push(flipped);
  }
  expect(variants.length).toBeGreaterThan(15);
  const dataDir = folder();
  const restorer = hostFor(dataDir);
  for (const variant of variants) {
    writeFileSync(join(host.cwd, 'bad.tar'), variant);
    expect(await restorer.run(['restore', join(host.cwd, 'bad.tar')])).toBe(1);
    expect(restorer.err).toMatch(/\[backup_(?:damaged|newer)\]/);
    expect(readdirSync(dataDir)).toEqual([]);
  }
  expect(await restorer.run(['restore', join(host.cwd, 'none.tar')])).toBe(1);
  expect(restorer.err).toMatch(/\[ENOENT\]/);
});

test('a backup of a newer schema, layout or form is refused by name', async () => {
  const { host, file } = await smallBackup();
  const entries = await unpackTar(readFileSync(file));
  const manifest = JSON.parse(new TextDecoder().decode(entries[0]?.data));
  const restorer = hostFor(folder());
  for (const [changes, message] of [
    [{ schema: '9999-later' }, /with the schema 9999-later, made by Vigie 9\.9\.9/],
    [{ history: { ...manifest.history, layout: 99 } }, /with the history layout 99/],
    [{ format: 2, product: 'other' }, /of a newer form/],
  ] as const) {
    const changed = JSON.stringify({ ...manifest, version: '9.9.9', ...changes });
    const data = new TextEncoder().encode(changed);
    const [first, ...rest] = entries;
    const renewed = { header: { ...first!.header, size: data.length }, data };
    writeFileSync(join(host.cwd, 'new.tar'), await packTar([renewed, ...rest]));
    expect(await restorer.run(['restore', join(host.cwd, 'new.tar')])).toBe(1);
    expect(restorer.err).toMatch(message);
    expect(restorer.err).toMatch(/\[backup_newer\]/);
  }
});

test('a folder that is used or in use is refused; --force moves aside what is in it', async () => {
  const { file } = await smallBackup();
  const used = await usedFolder();
  const restorer = hostFor(used);
  const before = readdirSync(used).sort();
  expect(await restorer.run(['restore', file])).toBe(1);
  expect(restorer.err).toMatch(/is not empty.*--force \[folder_not_empty\]|\[folder_not_empty\]/);
  expect(readdirSync(used).sort()).toEqual(before);
  const platform = await spawned(used);
  expect(await restorer.run(['restore', file, '--force'])).toBe(1);
  expect(restorer.err).toMatch(/is in use by process/);
  expect(await restorer.run(['backup', 'x.tar'], ['--url', platform.url])).toBe(0);
  await platform.stop();
  expect(await restorer.run(['restore', file, '--force']), restorer.err).toBe(0);
  const aside = readdirSync(used).find((name) => name.startsWith('replaced-'))!;
  expect(readdirSync(join(used, aside)).sort()).toEqual(before);
  const restored = await spawned(used);
  expect((await call(`${restored.url}/v1/sensors/a`, 'GET')).status).toBe(200);
});

test('only administrators of the platform may back it up, one at a time, and it is in the audit', async () => {
  const platform = await createTestApp();
  await platform.send({ sensor_id: 'a', readings: { t: 1 } });
  const { body: reader } = await platform.call('POST', '/v1/api-keys', {
    name: 'reader',
    scopes: ['read', 'ingest'],
  });
  const ask = (key: string) =>
    fetch(`${platform.url}/v1/backup`, { headers: { authorization: `Bearer ${key}` } });
  expect((await ask(reader.key)).status).toBe(403);
  const [first, second] = await Promise.all([ask(ADMIN_KEY), ask(ADMIN_KEY)]);
  expect([first?.status, second?.status].sort()).toEqual([200, 409]);
  const begun = first?.ok ? first : second;
  const entries = await unpackTar(await begun!.bytes());
  expect(entries.at(-1)?.header.name).toBe('checksums.json');
  // One that is given up does not stand in the way of the next.
  await (await ask(ADMIN_KEY)).body?.cancel();
  await expect.poll(async () => (await ask(ADMIN_KEY)).status).toBe(200);
  const { body: audit } = await platform.call('GET', '/v1/audit');
  expect(audit.items.map(({ action }: Json) => action)).toContain('backup.create');
});

const obstacle = whyNoSmallDisk();

test.skipIf(obstacle !== undefined)(
  'without room for the backup or what it holds nothing half is left',
  async () => {
    const { host, file } = await smallBackup();
    const disk = mountSmallDisk(8);
    const target = join(disk.path, 'full.tar');
    disk.fill(0);
    expect(await host.run(['backup', target])).toBe(1);
    expect(host.err).toMatch(/ENOSPC/);
    disk.release();
    expect(readdirSync(disk.path)).toEqual([]);
    const restorer = hostFor(join(disk.path, 'data'));
    disk.fill(MIB / 8);
    expect(await restorer.run(['restore', file])).toBe(1);
    expect(restorer.err).toMatch(/ENOSPC|No space left|disk is full/i);
    expect(readdirSync(join(disk.path, 'data'))).toEqual([]);
    disk.release();
    expect(await restorer.run(['restore', file]), restorer.err).toBe(0);
  },
);

test('the journal of a backup goes on where its history ends', async () => {
  const dataDir = folder();
  const platform = await spawned(dataDir);
  for (let n = 0; n < 20; n++) {
    await send(platform.url, [{ sensor_id: 'a', timestamp: timeOf(n), readings: { n } }]);
  }
  const host = hostFor(dataDir);
  expect(await host.run(['backup', 'b.tar'], ['--url', platform.url])).toBe(0);
  const entries = await unpackTar(readFileSync(join(host.cwd, 'b.tar')));
  const { history } = JSON.parse(new TextDecoder().decode(entries[0]?.data));
  const restored = folder();
  expect(await hostFor(restored).run(['restore', join(host.cwd, 'b.tar')])).toBe(0);
  const db = new DatabaseSync(join(restored, 'vigie.db'), { readOnly: true });
  onTestFinished(() => db.close());
  const ids = db
    .prepare('SELECT id FROM journal ORDER BY id')
    .all()
    .map(({ id }) => Number(id));
  const after = ids.filter((id) => id > history.journal_id);
  expect(after).toEqual(after.map((_, i) => history.journal_id + 1 + i));
  expect(history.samples + after.length).toBe(20);
});
