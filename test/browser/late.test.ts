import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { createClock } from '#test/support/operations.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SHOWN_HOURS = 6;

/** As much of a canvas as is looked at here. */
interface Picture {
  width: number;
  getContext(kind: '2d'): {
    getImageData(...area: [number, number, number, number]): { data: Uint8ClampedArray };
  };
}

/** How much of the foot of the plot is painted between two times, in hours before its end; 0–1. */
async function paintedShare(page: Page, fromHours: number, toHours: number): Promise<number> {
  const canvas = page.locator('.u-wrap canvas');
  const [picture, plot] = [await canvas.boundingBox(), await page.locator('.u-over').boundingBox()];
  if (picture === null || plot === null) throw new Error('the chart is not there');
  const area = {
    shown: picture.width,
    left: plot.x - picture.x + plot.width * (1 - fromHours / SHOWN_HOURS),
    width: (plot.width * (fromHours - toHours)) / SHOWN_HOURS,
    bottom: plot.y + plot.height - picture.y,
  };
  return canvas.evaluate((node, { shown, left, width, bottom }) => {
    const drawn = node as unknown as Picture;
    const ratio = drawn.width / shown;
    const [x, y] = [left * ratio, (bottom - 6) * ratio];
    const { data } = drawn.getContext('2d').getImageData(x, y, width * ratio, 4 * ratio);
    let painted = 0;
    for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 0) > 64) painted++;
    return painted / (data.length / 4);
  }, area);
}

test('what came late is marked below the chart, said in words and in the table, and shown as it comes', async (context) => {
  const nowMs = Math.floor(Date.now() / MINUTE) * MINUTE;
  const clock = createClock(nowMs - 5.5 * HOUR);
  const app = await createTestApp({}, { clock });
  const at = (hoursAgo: number, temperature = 20) => ({
    sensor_id: 'van-7',
    timestamp: new Date(nowMs - hoursAgo * HOUR).toISOString(),
    readings: { temperature: temperature + hoursAgo },
  });
  await app.send(at(5.5));
  clock.advance(5.5 * HOUR);
  const minutes = (count: number) => Array.from({ length: count }, (_, minute) => minute / 60);
  await app.send(...minutes(120).map((hours) => at(4 - hours)), at(0));
  const path = '/sensors/van-7?range=6h';
  const page = await openPage(context, app.url, { path });
  await page.getByText('Arrived late (up to 4 hrs after its time)').waitFor();
  const chart = page.getByRole('img', { name: /History of van-7.*Arrived late/ });
  await chart.locator('canvas').waitFor();
  await expect.poll(() => paintedShare(page, 3.8, 2.2)).toBeGreaterThan(0.15);
  expect(await paintedShare(page, 1.8, 0.5)).toBeLessThan(0.05);
  await page.getByRole('button', { name: 'As a table' }).click();
  await page.getByRole('columnheader', { name: 'Arrived late' }).waitFor();
  expect(await page.getByRole('cell', { name: 'up to 4 hrs' }).count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'As a table' }).click();

  // A buffer that is emptied while somebody looks.
  await app.send(at(4.5));
  await page.getByText('Arrived late (up to 4 hrs 30 mins after its time)').waitFor();
  await page.getByRole('button', { name: '15 min', exact: true }).click();
  await page.getByText('Arrived late').waitFor({ state: 'detached' });

  const colleague = await openPage(context, app.url, { path, locale: 'fr' });
  await colleague.getByText(/Arrivé en retard \(jusqu’à 4\sh 30\smin après/).waitFor();
});
