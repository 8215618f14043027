import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { call, spawnPlatform, temporaryFolder } from '../support/spawn-platform.ts';

// What `npm pack` makes, as somebody who has only npm gets it.

const root = join(import.meta.dirname, '../..');
/** The machine's own Node.js and npm: what npm scripts put before them is taken away. */
const path = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);
/** What is made in the repository, and is not of it. */
const MADE = new Set(['.git', '.tools', 'data', 'dist', 'node_modules']);
const NO_NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/;

/** To pack is to build: in a copy, for the dashboard of the repository is what other tests look at meanwhile. */
function copySource(to: string): void {
  cpSync(root, to, { recursive: true, filter: (path) => !MADE.has(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
}

test('the packed program, installed in an empty folder, takes a reading, gives it back and stops', async (context) => {
  const { path: folder, remove } = temporaryFolder('package');
  onTestFinished(remove);
  const source = join(folder, 'source');
  copySource(source);
  const pack = spawnSync('npm', ['pack', '--pack-destination', folder], { cwd: source });
  expect(pack.status, String(pack.stderr)).toBe(0);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
  const home = join(folder, 'empty');
  mkdirSync(home);
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', join('..', tarball)];
  // Without what `npm test` tells its children about this repository.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  const env = { ...Object.fromEntries(own), PATH: path };
  const install = spawnSync('npm', args, { cwd: home, env, encoding: 'utf8' });
  if (install.status !== 0 && NO_NETWORK.test(install.stderr) && process.env.CI !== 'true') {
    context.skip('the package cannot be installed: no package registry can be reached');
  }
  expect(install.status, install.stderr).toBe(0);

  // Made for use, though a test's NODE_ENV says otherwise: a build for development registers no service worker.
  const assets = join(home, 'node_modules/vigie/dist/web/assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const registering = scripts.filter((name) =>
    readFileSync(join(assets, name), 'utf8').includes('serviceWorker.register('),
  );
  expect(registering).toHaveLength(1);

  // The unit for systemd starts these two, in a folder of its own.
  const unit = readFileSync(join(root, 'deploy/systemd/vigie.service'), 'utf8');
  const [, ...started] = /^ExecStart=\/opt\/vigie\/(\S+) \/opt\/vigie\/(\S+)/m.exec(unit) ?? [];
  expect(started.map((file) => existsSync(join(home, file)))).toEqual([true, true]);

  // On a machine with an old Node.js this goes by way of the one that came with the package.
  const launch = { command: [join(home, 'node_modules/.bin/vigie')] } as const;
  const platform = await spawnPlatform(join(folder, 'data'), { PATH: path }, launch);
  onTestFinished(async () => void (await platform.stop()));
  const reading = { sensor_id: 's1', timestamp: new Date().toISOString(), readings: { t: -18.4 } };
  const sent = await call(`${platform.url}/v1/readings`, 'POST', reading);
  expect(sent).toMatchObject({ status: 200, body: { accepted: 1 } });
  const stored = await call(`${platform.url}/v1/sensors/s1/readings?metric=t`, 'GET');
  expect(stored.body.samples).toEqual([[reading.timestamp, -18.4]]);
  const page = await fetch(platform.url);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<html')]);
  expect(await platform.stop()).toBe(0);
}, 300_000);
