import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHost } from '#test/support/command-host.ts';
import {
  ADMIN_KEY,
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '#test/support/spawn-platform.ts';

// The commands against a platform that runs as a process of its own.

const folder = temporaryFolder('commands');
let platform: SpawnedPlatform;

beforeAll(async () => {
  platform = await spawnPlatform(folder.path);
});
afterAll(async () => {
  await platform.stop();
  folder.remove();
});

function host() {
  return makeHost({
    VIGIE_URL: platform.url,
    VIGIE_ADMIN_KEY: ADMIN_KEY,
    VIGIE_MQTT_PORT: String(platform.mqttPort),
  });
}

test('what is imported is exported again, and importing it twice stores it once', async () => {
  const shell = host();
  const rows = Array.from({ length: 300 }, (_, i) => {
    const time = new Date(Date.now() - (400 - i) * 1000).toISOString();
    return `${time};${String(i / 4).replace('.', ',')};${i}`;
  });
  writeFileSync(join(shell.cwd, 'in.csv'), `time;level;count\n${rows.join('\n')}\n`);
  const command = ['import', 'in.csv', '--sensor', 'tank-1', '--decimal-comma', '--batch', '70'];
  expect(await shell.run(command)).toBe(0);
  expect(shell.out).toContain('300 rows: 300 readings with 600 values');
  expect(shell.out).toContain('accepted 300 (0 replaced), duplicates 0');
  expect(await shell.run(command)).toBe(0);
  expect(shell.out).toContain('accepted 0 (0 replaced), duplicates 300');

  expect(await shell.run(['export', '--out', 'out.csv', '--sensors', 'tank-*'])).toBe(0);
  const lines = readFileSync(join(shell.cwd, 'out.csv'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(601);
  expect(await shell.run(['import', 'out.csv'])).toBe(0);
  expect(shell.out).toContain('accepted 0 (0 replaced)');

  const options = ['--sensors', 'tank-1', '--metric', 'level'];
  expect(await shell.run(['export', '--out', 'out.json', ...options])).toBe(0);
  const values = JSON.parse(readFileSync(join(shell.cwd, 'out.json'), 'utf8')) as unknown[];
  expect(values).toHaveLength(300);
  expect(await shell.run(['export', '--out', 'out.parquet'])).toBe(0);
  expect(readFileSync(join(shell.cwd, 'out.parquet')).subarray(0, 4).toString()).toBe('PAR1');
});

test('rows that the platform refuses are written with its reason', async () => {
  const shell = host();
  const future = new Date(Date.now() + 86_400_000).toISOString();
  const now = new Date().toISOString();
  writeFileSync(join(shell.cwd, 'in.csv'), `time,v\n${now},1\n${future},2\n`);
  expect(await shell.run(['import', 'in.csv', '--sensor', 'tank-2'])).toBe(1);
  expect(shell.out).toContain('refused rows: 1 timestamp_in_future');
  const rejected = readFileSync(join(shell.cwd, 'in.csv.rejected.csv'), 'utf8');
  expect(rejected).toContain('3,timestamp_in_future');
});

test('a key made for sending sends by HTTP and MQTT, and not after it is revoked', async () => {
  const shell = host();
  const scopes = ['--scopes', 'ingest,read', '--json'];
  expect(await shell.run(['keys', 'create', '--name', 'load', ...scopes])).toBe(0);
  const { id, key } = JSON.parse(shell.out) as { id: string; key: string };
  const rule = { when: { metric: 'temperature', above: [{ limit: 35 }] } };
  await call(`${platform.url}/v1/rules/hot`, 'PUT', rule);
  const load = ['--key', key, '--rate', '500', '--seconds', '1', '--hot', '0.5', '--json'];
  for (const protocol of ['http', 'mqtt']) {
    const code = await shell.run(
      ['simulate', '--protocol', protocol, '--sensors', '20'],
      ['--batch', '20', ...load],
    );
    expect(shell.err).not.toContain('vigie:');
    expect(code).toBe(0);
    const report = JSON.parse(shell.out);
    expect(report).toMatchObject({ planned: 500, acknowledged: 500, unacknowledged: 0 });
    expect(report.alerts.raised).toBeGreaterThan(0);
  }
  expect(await shell.run(['keys', 'revoke', id])).toBe(0);
  expect(await shell.run(['simulate', ...load])).toBe(1);
  expect(shell.err).toContain('[unauthenticated]');
  expect(await shell.run(['keys', 'list'])).toBe(0);
  expect(shell.out).toMatch(new RegExp(`${id} .*revoked`));
});

test('the doctor finds the platform, ready and with a key that works', async () => {
  const shell = host();
  expect(await shell.run(['doctor'])).toBe(0);
  expect(shell.out).toContain(`platform: answers at ${platform.url} and is ready`);
  expect(shell.out).toContain('key: the platform knows it');
});
