import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp, type Json, type TestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';

const MINUTE = 60_000;

/** One value a minute until now, with a gap of an hour in it. */
async function sendDay(app: TestApp, sensorId: string): Promise<void> {
  const end = Math.floor(Date.now() / MINUTE) * MINUTE;
  const readings: Json[] = [];
  for (let at = end - 6 * 60 * MINUTE; at <= end; at += MINUTE) {
    const isGap = at > end - 240 * MINUTE && at < end - 180 * MINUTE;
    if (isGap) continue;
    const temperature = 20 + 5 * Math.sin(at / 3_000_000);
    readings.push({
      sensor_id: sensorId,
      timestamp: new Date(at).toISOString(),
      readings: { temperature },
    });
  }
  await app.send(...readings);
}

test('a fleet of thousands is a list that scrolls, searches and filters; its address can be sent on', async (context) => {
  const app = await createTestApp();
  const fleet = Array.from({ length: 3000 }, (_, i) => ({
    ...reading(i % 40, `meter-${String(i).padStart(4, '0')}`),
    metadata: { location: i % 2 === 0 ? 'lyon/cellar' : 'paris/roof' },
  }));
  await app.send(...fleet);
  const page = await openPage(context, app.url, { path: '/sensors' });
  await page.getByRole('link', { name: 'meter-0000' }).waitFor();
  // Only what is in sight is in the page.
  expect(await page.locator('tbody tr').count()).toBeLessThan(60);
  await page.mouse.wheel(0, 100_000);
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, 100_000);
        return page.getByRole('link', { name: 'meter-2999' }).count();
      },
      { timeout: 20_000 },
    )
    .toBe(1);
  const asked: { address: URL; priority: string }[] = [];
  const network = await page.context().newCDPSession(page);
  await network.send('Network.enable');
  network.on('Network.requestWillBeSent', ({ request: { url, initialPriority } }) => {
    asked.push({ address: new URL(url), priority: initialPriority });
  });
  const search = page.getByLabel('Search id, name or place');
  await search.pressSequentially('meter-15');
  await page.getByText('100 sensors').waitFor();
  // The first key at once, the last one surely, and no key is lost to an answer that comes while others are typed.
  const searches = asked.filter(({ address }) => address.searchParams.has('q'));
  const texts = searches.map(({ address }) => address.searchParams.get('q'));
  expect([texts[0], texts.at(-1), await search.inputValue()]).toEqual([
    'm',
    'meter-15',
    'meter-15',
  ]);
  // The small charts of the rows let it go first.
  const charts = () => asked.filter(({ address }) => address.pathname.endsWith('/readings'));
  await expect.poll(() => charts().length).toBeGreaterThan(0);
  expect([...new Set(charts().map(({ priority }) => priority))]).toEqual(['Low']);
  expect(searches.map(({ priority }) => priority)).not.toContain('Low');
  expect(new URL(page.url()).searchParams.get('q')).toContain('meter-15');
  const colleague = await openPage(context, app.url, {
    path: '/sensors?q=roof&status=ok',
    locale: 'fr',
  });
  await colleague.getByRole('link', { name: 'meter-0001' }).waitFor();
  expect(await colleague.getByRole('link', { name: 'meter-0000' }).count()).toBe(0);
});

test('a sensor shows its history with limits and alerts, zooms by key, and the address holds the view', async (context) => {
  const app = await createTestApp();
  await sendDay(app, 'oven');
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Oven too hot' } });
  await app.send(reading(31));
  const page = await openPage(context, app.url, { path: '/sensors/oven?range=6h' });
  const chart = page.getByRole('img', { name: /History of oven/ });
  await chart.locator('canvas').waitFor();
  await page.getByText('Oven too hot').waitFor();
  await expect.poll(() => chart.getAttribute('aria-label')).toContain('31 °C');
  await app.send(reading(42));
  await expect.poll(() => chart.getAttribute('aria-label')).toContain('42 °C');
  await chart.focus();
  await page.keyboard.press('+');
  await expect.poll(() => new URL(page.url()).searchParams.has('from')).toBe(true);
  const colleague = await openPage(context, app.url, {
    path: new URL(page.url()).pathname + new URL(page.url()).search,
  });
  await colleague
    .getByRole('img', { name: /History of oven/ })
    .locator('canvas')
    .waitFor();
  await page.getByRole('button', { name: 'As a table' }).click();
  await page.getByRole('columnheader', { name: 'Highest' }).waitFor();
  // The hour without readings is a row without values.
  expect(await page.getByRole('cell', { name: '–', exact: true }).count()).toBeGreaterThan(0);
});

test('dragging over the chart zooms into what was chosen', async (context) => {
  const app = await createTestApp();
  await sendDay(app, 'oven');
  const page = await openPage(context, app.url, { path: '/sensors/oven?range=6h' });
  const chart = page.getByRole('img', { name: /History of oven/ });
  await expect.poll(() => chart.getAttribute('aria-label')).toContain('°C');
  const over = page.locator('.u-over');
  await over.waitFor();
  const box = await over.boundingBox();
  if (box === null) throw new Error('the chart is not there');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.25, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, y, { steps: 5 });
  await page.mouse.up();
  const lengthMs = () => {
    const { searchParams } = new URL(page.url());
    return Date.parse(searchParams.get('to') ?? '') - Date.parse(searchParams.get('from') ?? '');
  };
  await expect.poll(() => Math.round((lengthMs() / ((6 * 60 * MINUTE) / 4)) * 10) / 10).toBe(1);
});

test('the name that a sensor sends is shown on its tile, in the list and with its alerts, its id beside it', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send({ ...reading(31, 'n-17'), metadata: { name: 'Cold room', location: 'lyon' } });
  const page = await openPage(context, app.url);
  await page.locator('li[data-sensor="n-17"]').getByText('Cold room n-17').waitFor();
  await page.getByRole('link', { name: 'hot · Cold room n-17' }).waitFor();
  await page.goto(`${app.url}/sensors`);
  const row = page.locator('tr[data-sensor="n-17"]');
  await row.getByRole('link', { name: 'Cold room' }).waitFor();
  await row.getByText('n-17 · lyon').waitFor();
  await page.goto(`${app.url}/alerts`);
  const alert = page.locator('tr[data-alert]');
  await alert.getByRole('link', { name: 'Cold room n-17' }).waitFor();
  // The live stream says what changed, and not the name: it stays.
  await page.getByRole('button', { name: /Acknowledge/ }).click();
  await alert.getByText(/^Acknowledged by|^acknowledged by/).waitFor();
  await alert.getByRole('link', { name: 'Cold room n-17' }).waitFor();
  await alert.getByRole('link', { name: 'hot' }).click();
  await page.getByRole('heading', { name: 'hot · Cold room (n-17)' }).waitFor();
});

/** Pixels of the middle column of the chart that anything is drawn on, as a share of its height. */
const drawnShare = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('.uplot canvas');
    const column = canvas.getContext('2d').getImageData(canvas.width / 2, 0, 1, canvas.height).data;
    let drawn = 0;
    for (let at = 3; at < column.length; at += 4) if (column[at] > 0) drawn += 1;
    return drawn / canvas.height;
  })()`);

test('from lowest to highest is drawn as a band; Shift and drag move it by as much as the hand', async (context) => {
  const app = await createTestApp();
  const end = Math.floor(Date.now() / MINUTE) * MINUTE;
  // Each bucket of half an hour holds both, so that all of its height is band.
  const readings = Array.from({ length: 6 * 24 * 60 }, (_, minute) => ({
    sensor_id: 'press',
    timestamp: new Date(end - minute * MINUTE).toISOString(),
    readings: { force: minute % 2 === 0 ? 10 : 90 },
  }));
  await app.send(...readings);
  const page = await openPage(context, app.url, { path: '/sensors/press?range=7d' });
  const chart = page.getByRole('img', { name: /History of press/ });
  await expect.poll(() => chart.getAttribute('aria-label')).toContain('90');
  await expect.poll(() => drawnShare(page)).toBeGreaterThan(0.6);
  const box = await page.locator('.u-over').boundingBox();
  if (box === null) throw new Error('the chart is not there');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.5, y);
  await page.keyboard.down('Shift');
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, y, { steps: 10 });
  // What comes while the hand moves does not take the picture back.
  await app.send({ sensor_id: 'press', readings: { force: 50 } });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  const time = (name: string) => Date.parse(new URL(page.url()).searchParams.get(name) ?? '');
  await expect.poll(() => time('to') - time('from')).toBeCloseTo(7 * 24 * 60 * MINUTE, -4);
  const movedMs = Date.now() - time('to');
  expect(movedMs / (7 * 24 * 60 * MINUTE)).toBeCloseTo(0.25, 1);
});

test('a chart of the past stays as it is, whatever comes now', async (context) => {
  const app = await createTestApp();
  await sendDay(app, 'oven');
  const [from, to] = [6, 4].map((hours) =>
    new Date(Date.now() - hours * 60 * MINUTE).toISOString(),
  );
  const page = await openPage(context, app.url, { path: `/sensors/oven?from=${from}&to=${to}` });
  const chart = page.getByRole('img', { name: /History of oven/ });
  await expect.poll(() => chart.getAttribute('aria-label')).toContain('°C');
  const before = await chart.getAttribute('aria-label');
  await app.send(reading(77));
  await page.locator('section[aria-labelledby="facts"]').getByText('77 °C').waitFor();
  expect(await chart.getAttribute('aria-label')).toBe(before);
});
