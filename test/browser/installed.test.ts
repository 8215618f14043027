import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { decodePng } from '#test/support/decode-png.ts';
import { createFrontServer } from '#test/support/front-server.ts';

/** Until the worker has everything that the shell consists of. */
async function installed(page: Page): Promise<void> {
  await page.evaluate('navigator.serviceWorker.ready.then(() => null)');
}

test('the dashboard can be installed: Chromium finds no fault with its manifest, and its icons are what it says', async (context) => {
  const { url } = await createTestApp();
  const page = await openPage(context, url);
  await installed(page);
  const devTools = await page.context().newCDPSession(page);
  const { errors, url: address } = await devTools.send('Page.getAppManifest');
  expect([errors, address]).toEqual([[], `${url}/manifest.webmanifest`]);
  // A window of a test keeps nothing, so it is told that it is private.
  const { installabilityErrors } = await devTools.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);
  const answer = await fetch(address);
  expect(answer.headers.get('content-type')).toContain('application/manifest+json');
  const { icons } = (await answer.json()) as { icons: { src: string; sizes: string }[] };
  for (const { src, sizes } of icons.filter((icon) => icon.src.endsWith('.png'))) {
    const { width, height } = decodePng(Buffer.from(await (await fetch(url + src)).arrayBuffer()));
    expect([src, `${width}x${height}`]).toEqual([src, sizes]);
  }
});

test('without the platform the page opens and says that it is stale, and goes on when the platform is back', async (context) => {
  const front = await createFrontServer((await createTestApp()).url);
  const page = await openPage(context, front.url);
  await installed(page);
  await page.reload();
  await page.locator('[data-connection="live"]').waitFor();
  expect(await page.evaluate('navigator.serviceWorker.controller?.state')).toBe('activated');
  front.cut(true);
  await page.goto(`${front.url}/alerts`);
  await page.locator('[data-connection="stale"]').waitFor();
  await page.getByText('The platform does not answer').waitFor();
  front.cut(false);
  await page.locator('[data-connection="live"]').waitFor();
  await page.getByText('No alert is active').waitFor();
});

test('nothing that the platform answers is kept: the store holds the files of the shell alone', async (context) => {
  const { url } = await createTestApp();
  const page = await openPage(context, url);
  await installed(page);
  await page.reload();
  await page.locator('[data-connection="live"]').waitFor();
  const kept = await page.evaluate<{ names: string[]; paths: string[] }>(`(async () => {
    const names = await caches.keys();
    const files = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return { names, paths: files.flat().map(({ url }) => new URL(url).pathname) };
  })()`);
  expect(kept.names).toEqual([expect.stringMatching(/^vigie-[0-9a-f]{12}$/)]);
  expect(kept.paths).toContain('/');
  expect(kept.paths.length).toBeGreaterThan(10);
  for (const path of kept.paths) expect(path).toMatch(/^\/(?:assets\/)?[\w.-]*$/);
});

test('a new version is told, and has the page once the reader says so', async (context) => {
  const front = await createFrontServer((await createTestApp()).url);
  const page = await openPage(context, front.url);
  await installed(page);
  await page.reload();
  await page.locator('[data-connection="live"]').waitFor();
  const worker = readFileSync(new URL('../../web/dist/sw.js', import.meta.url), 'utf8');
  const next = worker.replace(/const VERSION = '\w+'/, "const VERSION = '0123456789ab'");
  expect(next).not.toBe(worker);
  front.instead.set('/sw.js', next);
  await page.evaluate(
    'navigator.serviceWorker.ready.then((found) => found.update()).then(() => 0)',
  );
  await page.getByText('A new version is there.').waitFor();
  const loaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Reload' }).click();
  await loaded;
  await expect.poll(() => page.evaluate('caches.keys()')).toEqual(['vigie-0123456789ab']);
});
