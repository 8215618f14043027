import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE } from '#test/support/notified.ts';
import { createClock } from '#test/support/operations.ts';

const MINUTE = 60_000;

/** As much of a canvas as is looked at here. */
interface Picture {
  width: number;
  getContext(kind: '2d'): {
    getImageData(...area: [number, number, number, number]): { data: Uint8ClampedArray };
  };
}

/** How much of the upper edge of the plot, where bands have theirs, is painted between two shares of its width; 0–1. */
async function bandShare(page: Page, from: number, to: number): Promise<number> {
  const canvas = page.locator('.u-wrap canvas');
  const [picture, plot] = [await canvas.boundingBox(), await page.locator('.u-over').boundingBox()];
  if (picture === null || plot === null) throw new Error('the chart is not there');
  const area = {
    shown: picture.width,
    left: plot.x - picture.x + plot.width * from,
    width: plot.width * (to - from),
    top: plot.y - picture.y,
  };
  return canvas.evaluate((node, { shown, left, width, top }) => {
    const drawn = node as unknown as Picture;
    const ratio = drawn.width / shown;
    const { data } = drawn
      .getContext('2d')
      .getImageData(left * ratio, top * ratio + 1, width * ratio, 1);
    let painted = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 200) painted++;
    return painted / (data.length / 4);
  }, area);
}

/** A platform whose clock stands at so many minutes before now. */
async function createPast(minutes: number) {
  const nowMs = Date.now();
  const clock = createClock(nowMs - minutes * MINUTE);
  const app = await createTestApp({}, { clock });
  await app.put('/v1/rules/hot', HOT_RULE);
  const at = (ago: number) => new Date(nowMs - ago * MINUTE).toISOString();
  /** So many alerts one after the other over the next minutes, each of which stands for half of its share. */
  async function chatter(count: number, over: number): Promise<void> {
    const startMs = clock.now();
    const stepMs = (over * MINUTE) / count / 2;
    const readings = Array.from({ length: count * 2 }, (_, index) => ({
      sensor_id: 'oven',
      timestamp: new Date(startMs + index * stepMs).toISOString(),
      readings: { temperature: index % 2 === 0 ? 31 : 20 },
    }));
    // Of what is older than a few minutes nobody is alerted any more.
    const size = Math.ceil((4 * MINUTE) / stepMs);
    for (let from = 0; from < readings.length; from += size) {
      clock.advance(Math.min(size, readings.length - from) * stepMs);
      await app.send(...readings.slice(from, from + size));
    }
  }
  return { app, clock, at, chatter };
}

test('a chart draws hundreds of alerts of its range, and what has stood since long before it', async (context) => {
  const { app, clock, at, chatter } = await createPast(3000);
  await app.put('/v1/rules/damp', { when: { metric: 'humidity', above: [{ limit: 80 }] } });
  await app.send({ sensor_id: 'oven', timestamp: at(3000), readings: { humidity: 90 } });
  clock.advance(2580 * MINUTE);
  await chatter(300, 120);
  clock.advance(200 * MINUTE);
  // Newer than the range that is looked at first, and more than were ever looked at before.
  await chatter(700, 100);
  const past = `/sensors/oven?from=${at(420)}&to=${at(300)}`;
  const page = await openPage(context, app.url, { path: `${past}&metrics=temperature` });
  const chart = page.getByRole('img', { name: /History of oven/ });
  await chart.locator('canvas').waitFor();
  await expect.poll(() => bandShare(page, 0.02, 0.3)).toBeGreaterThan(0.4);
  expect(await bandShare(page, 0.7, 0.98)).toBeGreaterThan(0.4);
  expect(await bandShare(page, 0.02, 0.98)).toBeLessThan(1);
  await page.goto(`${app.url}${past}&metrics=humidity`);
  await expect.poll(() => bandShare(page, 0.02, 0.98)).toBe(1);
  await page.goto(`${app.url}/sensors/oven?from=${at(30)}&to=${at(0)}&metrics=humidity`);
  await expect.poll(() => bandShare(page, 0.02, 0.98)).toBe(1);
  expect(await page.getByText('not all are drawn').count()).toBe(0);
}, 90_000);

test('a chart says from when on it does not draw all of thousands of alerts', async (context) => {
  const { app, chatter } = await createPast(100);
  await chatter(3200, 100);
  const page = await openPage(context, app.url, { path: '/sensors/oven?range=6h' });
  await page.getByText(/not all are drawn: only the newest 3,000 of the sensor/).waitFor();
  // Nothing was left out of what is looked at then.
  await page.getByRole('button', { name: '15 min' }).click();
  await page.getByText('not all are drawn').waitFor({ state: 'detached' });
}, 90_000);
