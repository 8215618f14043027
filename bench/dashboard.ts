// The dashboard in a browser over the real platform: first load, clicks, and what frames cost the main thread.
//   npm run bench:dashboard [-- --sensors 10000 --samples 2000000 --rounds 5 --seconds 5 --smoke]
// Samples are sent as readings of the last 30 days, the same number for each sensor; one more sensor has a reading
// each second, so that its chart is given 100,000 points: the page itself asks for 4,500 at most, and is made to
// ask for all of them here. A frame's cost is the sum of the main thread's tasks from its begin to that of the next.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { NO_CHROMIUM, startChromium } from '../test/support/chromium.ts';
import { ADMIN_KEY } from '../test/support/spawn-platform.ts';
import { type FrameCost, frameCosts } from './main-thread.ts';
import { AUTHORIZATION, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    sensors: { type: 'string', default: '10000' },
    samples: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    smoke: { type: 'boolean', default: false },
  },
});
const sensors = values.smoke ? 500 : Number(values.sensors);
const samples = values.smoke ? 5000 : Number(values.samples);
const rounds = values.smoke ? 1 : Number(values.rounds);
const seconds = values.smoke ? 1 : Number(values.seconds);
const LINES = 20_000;
const MONTH_MS = 30 * 86_400_000;
const UPDATES = 500;
/** Beside the range as much is asked on both sides, and rounded up: no more than 100,000 buckets of a second. */
const DENSE_RANGE_S = values.smoke ? 300 : 31_000;
const DENSE = 'dense';
const FOUND = sensorId(Math.floor(sensors * 0.4242));
const ALERTS = Math.min(200, sensors);

const nowMs = Math.floor(Date.now() / 1000) * 1000;
const denseToMs = nowMs - DENSE_RANGE_S * 2000;

function sensorId(index: number): string {
  return `sensor-${String(index).padStart(5, '0')}`;
}

async function write(url: string, lines: readonly string[]): Promise<void> {
  const answer = await fetch(`${url}/api/v2/write?precision=ms`, {
    method: 'POST',
    headers: { authorization: AUTHORIZATION },
    body: lines.join('\n'),
  });
  if (answer.status !== 204) throw new Error(await answer.text());
}

async function writeAll(url: string, count: number, line: (k: number) => string): Promise<void> {
  for (let from = 0; from < count; from += LINES) {
    const length = Math.min(LINES, count - from);
    await write(
      url,
      Array.from({ length }, (_, k) => line(from + k)),
    );
    process.stderr.write(`\r${Math.round((100 * from) / count)} % `);
  }
  process.stderr.write('\r');
}

const lineOf = (id: string, value: number, timeMs: number): string =>
  `reading,sensor_id=${id} temperature=${value.toFixed(2)} ${timeMs}`;

/** The fleet over a month, the dense sensor, and at last one value of each, of which some are too hot. */
async function fill(url: string): Promise<void> {
  const each = Math.max(1, Math.floor(samples / sensors));
  const stepMs = Math.floor(MONTH_MS / each);
  await writeAll(url, each * sensors, (k) => {
    const round = Math.floor(k / sensors);
    return lineOf(
      sensorId(k % sensors),
      20 + 5 * Math.sin(k / 977),
      nowMs - MONTH_MS + round * stepMs,
    );
  });
  const denseFromMs = denseToMs - DENSE_RANGE_S * 2200;
  await writeAll(url, Math.floor(DENSE_RANGE_S * 3.4), (k) =>
    lineOf(DENSE, 20 + 5 * Math.sin(k / 3000) + ((k * 61) % 100) / 100, denseFromMs + k * 1000),
  );
  await writeAll(url, sensors, (k) =>
    lineOf(sensorId(k), k >= sensors - ALERTS ? 40 : 20 + (k % 10), nowMs),
  );
}

interface Row {
  name: string;
  value: number;
  goal: number;
  unit: 'KB' | 'ms';
  more: string;
}
const rows: Row[] = [];

const at = (sorted: readonly number[], q: number): number =>
  sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN;

interface Goal {
  goal: number;
  /** The share of the times that is to be within it: of what a person does each one counts, of frames one in twenty may be longer. */
  share: number;
}
const CLICK: Goal = { goal: 200, share: 1 };
const PAINT: Goal = { goal: 1000, share: 1 };
const FRAME: Goal = { goal: 8, share: 0.95 };

function add(name: string, { goal, share }: Goal, times: readonly number[]): void {
  if (times.length === 0) throw new Error(`${name}: nothing was measured`);
  const sorted = times.toSorted((a, b) => a - b);
  const more = `p50 ${at(sorted, 0.5).toFixed(1)}, max ${at(sorted, 1).toFixed(1)} (${times.length})`;
  rows.push({ name, value: at(sorted, share), goal, unit: 'ms', more });
}

const startOf = (page: Page, entry: string): Promise<number> =>
  page.evaluate(`performance.getEntriesByName('${entry}')[0].startTime`);

/** Each frame by the clock; its processor's part tells what a busy machine adds to it. */
function addFrames(name: string, costs: readonly FrameCost[]): void {
  const wall = costs.map((cost) => cost.wall);
  add(name, FRAME, wall);
  const cpu = costs.map((cost) => cost.cpu).sort((a, b) => a - b);
  const row = rows.at(-1);
  if (row !== undefined) row.more += `; p95 on the processor ${at(cpu, 0.95).toFixed(1)}`;
}

/** As the first visit of somebody who is signed in: nothing of the dashboard is in the browser's cache. */
async function firstLoad(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  await network.send('Network.setCacheDisabled', { cacheDisabled: true });
  let bytes = 0;
  const scripts = new Set<string>();
  network.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  const [paint, tile]: [number[], number[]] = [[], []];
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    bytes = 0;
    await page.goto(url);
    await page.locator('[data-sensor]').first().waitFor();
    // What pages fetch ahead when they have nothing to do counts, too.
    await sleep(1500);
    most = Math.max(most, bytes);
    paint.push(await startOf(page, 'first-contentful-paint'));
    tile.push(await startOf(page, 'first-tile'));
  }
  const more = `${scripts.size / rounds} files`;
  rows.push({
    name: 'JavaScript of the first load',
    value: most / 1000,
    goal: 250,
    unit: 'KB',
    more,
  });
  add('first contentful paint', PAINT, paint);
  add('first tile with values', PAINT, tile);
  await page.close();
}

/** From the click, or the last key, until the frame in which `selector` is there. */
async function timed(page: Page, act: () => Promise<void>, selector: string): Promise<number> {
  const seen = page.evaluate<number>(`timedUntil(${JSON.stringify(selector)})`);
  // Both at once: when the act fails, its own error is told, and not that the page was closed after it.
  const [time] = await Promise.all([seen, act()]);
  return time;
}

const CHART = '[role=img][aria-label*="…"] canvas';

async function clicks(page: Page): Promise<void> {
  const times = new Map<string, number[]>();
  const step = async (name: string, act: () => Promise<void>, selector: string) => {
    times.set(name, [...(times.get(name) ?? []), await timed(page, act, selector)]);
  };
  const menu = (name: string) => () =>
    page.getByRole('navigation').getByRole('link', { name }).click();
  const range = (name: string) => () =>
    page.getByRole('group', { name: 'Range' }).getByRole('button', { name, exact: true }).click();
  for (let round = 0; round < rounds; round++) {
    await menu('Overview')();
    await page.locator('li[data-sensor]').first().waitFor();
    await step('open Sensors', menu('Sensors'), 'tr[data-sensor]');
    const search = page.getByLabel('Search id, name or place');
    await step('search a sensor', () => search.fill(FOUND), `tr[data-sensor="${FOUND}"]`);
    await step('open a sensor', () => page.getByRole('link', { name: FOUND }).click(), CHART);
    await range('1 h')();
    await page
      .locator('section[aria-busy=false] button[aria-pressed=true]', { hasText: '1 h' })
      .waitFor();
    const isThere = 'section[aria-busy=false] [role=group] button:nth-child(6)[aria-pressed=true]';
    await step('range 1 h to 30 d', range('30 days'), isThere);
    await step('open Alerts', menu('Alerts'), 'main tbody tr button');
    const first = page
      .locator('main tbody tr')
      .filter({ has: page.getByRole('button') })
      .first();
    const sensor = await first.getByRole('link').first().textContent();
    const isGone = `main tbody:not(:has([aria-label="Acknowledge the alert of ${sensor}"]))`;
    await step('acknowledge', () => first.getByRole('button').click(), isGone);
    await menu('Rules')();
    await page.locator('a[href^="/rules/"]').first().waitFor();
    await step('open a rule', () => page.getByRole('link', { name: 'hot' }).click(), 'main form');
  }
  for (const [name, measured] of times) add(name, CLICK, measured);
}

/** The page is made to ask for each second; the platform answers as ever. */
async function panDense(browser: Browser, page: Page, url: string): Promise<void> {
  let points = 0;
  await page.route(`**/v1/sensors/${DENSE}/readings?*`, async (route) => {
    const address = new URL(route.request().url());
    for (const name of ['points', 'limit']) address.searchParams.set(name, '100000');
    const response = await route.fetch({ url: address.href });
    points = Math.max(points, ((await response.json()) as { buckets: unknown[] }).buckets.length);
    await route.fulfill({ response });
  });
  const from = new Date(denseToMs - DENSE_RANGE_S * 1000).toISOString();
  const to = new Date(denseToMs).toISOString();
  await page.goto(`${url}/sensors/${DENSE}?from=${from}&to=${to}`);
  await page.locator(CHART).first().waitFor();
  await sleep(1000);
  const box = await page.locator('.u-over').boundingBox();
  if (box === null) throw new Error('there is no chart');
  const [middle, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.keyboard.down('Shift');
  await page.mouse.move(middle, y);
  await page.mouse.down();
  const costs = await frameCosts(browser, page, async () => {
    for (let k = 0; k < seconds * 60; k++)
      await page.mouse.move(middle + (box.width / 3) * Math.sin(k / 20), y);
  });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  addFrames(`a frame, panning ${points} points`, costs);
}

/** Readings at a steady rate until `isOver`, 20 calls a second; `sensor` names that of the k-th. */
async function keepSending(
  url: string,
  sensor: (k: number) => string,
  isOver: () => boolean,
): Promise<void> {
  const begun = performance.now();
  for (let sent = 0; !isOver(); ) {
    const due = Math.floor(((performance.now() - begun) / 1000) * UPDATES);
    const here = Date.now();
    const count = due - sent;
    const lines = Array.from({ length: count }, (_, k) =>
      lineOf(sensor(sent + k), 20 + ((sent + k) % 50) / 10, here - 2 * (count - k)),
    );
    if (count > 0) await write(url, lines);
    sent = due;
    await sleep(50);
  }
}

const showAtTop = (node: { scrollIntoView(): void }): void => node.scrollIntoView();

async function live(
  browser: Browser,
  page: Page,
  {
    address,
    name,
    shown,
    sensor,
  }: { address: string; name: string; shown: string; sensor: (k: number) => string },
): Promise<void> {
  await page.goto(address);
  await page.locator(shown).first().waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  // What is out of sight costs less: the alerts stand above the tiles.
  await page.locator(shown).first().evaluate(showAtTop);
  let isOver = false;
  const sending = keepSending(new URL(address).origin, sensor, () => isOver);
  await sleep(1000);
  const costs = await frameCosts(browser, page, () => sleep(seconds * 1000));
  isOver = true;
  await sending;
  addFrames(`a frame, ${UPDATES} updates/s, ${name}`, costs);
}

const browser = await startChromium();
if (browser === undefined) throw new Error(NO_CHROMIUM);
const { platform, end } = await startBench();
try {
  const { url } = platform;
  await fill(url);
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    serviceWorkers: 'block',
  });
  await context.addInitScript({ path: join(import.meta.dirname, 'in-page.js') });
  const page = await context.newPage();
  await page.goto(`${url}/#key=${ADMIN_KEY}`);
  await page.locator('[data-sensor]').first().waitFor();
  await firstLoad(context, url);
  await clicks(page);
  await panDense(browser, page, url);
  const all = (k: number): string => sensorId(k % 48);
  const one = (): string => sensorId(0);
  const list = { address: `${url}/sensors`, shown: 'tr[data-sensor]', sensor: all };
  await live(browser, page, { ...list, name: 'Sensors' });
  await live(browser, page, {
    address: url,
    name: '48 tiles',
    shown: 'li[data-sensor]',
    sensor: all,
  });
  const chart = { address: `${url}/sensors/${sensorId(0)}?range=15m`, shown: CHART, sensor: one };
  await live(browser, page, { ...chart, name: 'all of one chart' });
  for (const { name, value, goal, unit, more } of rows) {
    const verdict = value <= goal ? 'ok' : 'MISSED';
    console.error(
      `${name.padEnd(44)} ${value.toFixed(1).padStart(8)} ${unit}  goal ${String(goal).padStart(4)}  ${verdict.padEnd(6)} ${more}`,
    );
  }
  console.log(JSON.stringify({ bench: 'dashboard', sensors, samples, rows }));
} finally {
  await browser.close();
  await end();
}
