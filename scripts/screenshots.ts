// Pictures of each page of the dashboard in both languages, for the guide: docs/guides/images/<page>.<language>.webp
//   npm run screenshots [-- page …]
// A real platform is filled with two weeks of a hospital's freezers and laboratories, and looked at in Chromium.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { NO_CHROMIUM, startChromium } from '../test/support/chromium.ts';
import {
  ADMIN_KEY,
  call,
  type SpawnedPlatform,
  spawnPlatform,
  temporaryFolder,
} from '../test/support/spawn-platform.ts';
import { createSampleSite, FLOOR_PLAN, lastReadings } from './sample-site.ts';

const images = join(import.meta.dirname, '../docs/guides/images');
const SIZE = { width: 1280, height: 800 };
/** A picture in a guide is read over the net, too. */
const LARGEST_BYTES = 100 * 1024;

/** Page, address, what is there when it has been drawn, and what is pressed before. */
const PAGES: readonly [name: string, path: string, sign: string, press?: string][] = [
  ['overview', '/', 'li[data-sensor]'],
  ['sensors', '/sensors', 'tr[data-sensor] svg path'],
  ['sensor', '/sensors/freezer-3?range=24h', '[role=img][aria-label*="…"] canvas'],
  ['alerts', '/alerts?view=all', 'main tbody tr'],
  ['alert', '/alerts/ALERT', 'main h1'],
  ['rules', '/rules', 'main li'],
  ['rule', '/rules/freezer-too-warm', 'main form'],
  ['contacts', '/notifications', 'main [data-this-browser] p'],
  ['policies', '/notifications/policies', 'main li, main tbody tr'],
  ['on-call', '/notifications/on-call', 'main li, main tbody tr'],
  ['maintenance', '/notifications/maintenance', 'main li, main tbody tr'],
  ['messages', '/notifications/messages', 'main article dd', 'main li button'],
  ['preview', '/notifications/preview', 'main form'],
  ['ledger', '/notifications/ledger', 'main tbody tr, main li'],
  ['quality', '/alarm-quality', 'main h2'],
  ['places', '/places', 'main a'],
  ['place', '/places/cellar', 'main img'],
  ['settings', '/settings', 'main [data-this-browser] p'],
];
const wanted = process.argv.slice(2);
const pages = PAGES.filter(([name]) => wanted.length === 0 || wanted.includes(name));

/** The floor plan is drawn by the browser, too: the platform takes pictures, not drawings. */
async function putFloorPlan(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 560 } });
  await page.setContent(`<body style="margin:0">${FLOOR_PLAN}</body>`);
  const answer = await fetch(`${url}/v1/places/cellar/picture`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'image/png' },
    body: new Uint8Array(await page.screenshot()),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await page.close();
}

async function alertOf(url: string, sensorId: string): Promise<string> {
  const { body } = await call(`${url}/v1/alerts?sensor_id=${sensorId}&state=active`, 'GET');
  const [alert] = body.items as { id: string }[];
  if (alert === undefined) throw new Error(`${sensorId} has no alert`);
  return alert.id;
}

interface Picture {
  file: string;
  sign: string;
  press: string | undefined;
}

/** As WebP, half of what PNG takes: Chromium writes it, and Playwright does not ask it to. Returns how many bytes. */
async function keep(page: Page, path: string): Promise<number> {
  const chromium = await page.context().newCDPSession(page);
  const { data } = await chromium.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await chromium.detach();
  const picture = Buffer.from(data, 'base64');
  writeFileSync(path, picture);
  return picture.length;
}

async function take(page: Page, address: string, { file, sign, press }: Picture): Promise<void> {
  await page.goto(address);
  if (press !== undefined) await page.locator(press).first().click();
  await page.locator(sign).first().waitFor();
  // The stream is up, the questions are answered, fonts and charts are drawn.
  await page.locator('[data-connection="live"]').waitFor();
  await call(`${new URL(address).origin}/v1/readings`, 'POST', lastReadings(Date.now()));
  await sleep(1000);
  const size = await keep(page, join(images, file));
  console.log(`${file} ${Math.round(size / 1024)} KB`);
  if (size > LARGEST_BYTES) throw new Error(`is larger than ${LARGEST_BYTES} bytes`);
}

/** All of them, whatever happens to one; that is said at the end. */
async function takeAll(page: Page, url: string, language: string): Promise<void> {
  const alertId = await alertOf(url, 'freezer-3');
  for (const [name, path, sign, press] of pages) {
    const file = `${name}.${language}.webp`;
    try {
      await take(page, `${url}${path.replace('ALERT', alertId)}`, { file, sign, press });
    } catch (error) {
      process.exitCode = 1;
      console.error(`${file}: ${error}`);
    }
  }
}

async function takeIn(browser: Browser, url: string, locale: string): Promise<void> {
  const context = await browser.newContext({
    locale,
    timezoneId: 'Europe/Paris',
    viewport: SIZE,
    permissions: ['notifications'],
  });
  context.setDefaultTimeout(8000);
  const page = await context.newPage();
  await page.goto(`${url}/#key=${ADMIN_KEY}`);
  await page.locator('[data-connection="live"]').waitFor();
  await takeAll(page, url, locale.slice(0, 2));
  await context.close();
}

async function run(browser: Browser, platform: SpawnedPlatform): Promise<void> {
  const { url } = platform;
  const receiver = createServer((request, response) => {
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = receiver.address() as AddressInfo;
    await createSampleSite(url, `http://127.0.0.1:${port}/`);
    await putFloorPlan(browser, url);
    await Promise.all(['en-GB', 'fr-FR'].map((locale) => takeIn(browser, url, locale)));
  } finally {
    receiver.close();
    receiver.closeAllConnections();
  }
}

mkdirSync(images, { recursive: true });
const browser = await startChromium();
if (browser === undefined) throw new Error(NO_CHROMIUM);
const folder = temporaryFolder('screenshots');
const platform = await spawnPlatform(folder.path, {
  VIGIE_RATE_LIMIT: '0',
  VIGIE_ALLOW_PRIVATE_WEBHOOKS: 'true',
});
try {
  await run(browser, platform);
} finally {
  await browser.close();
  await platform.stop();
  folder.remove();
}
