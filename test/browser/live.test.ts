import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';
import { freePort } from '#test/support/spawn-platform.ts';

test('a platform that restarts under the page is seen as stale, and live again without a reload', async (context) => {
  const app = await createTestApp({ VIGIE_HTTP_PORT: String(await freePort()) });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(20));
  const page = await openPage(context, app.url);
  await page.locator('[data-connection="live"]').waitFor();
  const tile = page.locator('[data-sensor="oven"]');
  await tile.getByText('20 °C').waitFor();
  const restarted = app.restart();
  await page.locator('[data-connection="stale"]').waitFor();
  await page.getByText('The connection is lost since').waitFor();
  // What was there stays there.
  expect(await tile.getByText('20 °C').count()).toBe(1);
  await restarted;
  await app.send(reading(33));
  await page.locator('[data-connection="live"]').waitFor();
  await page.getByRole('button', { name: 'Acknowledge the alert of oven' }).waitFor();
  expect(await page.getByText('The connection is lost since').count()).toBe(0);
});

test('the language is switched in place, remembered, and said to screen readers', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20.5));
  const page = await openPage(context, app.url);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('heading', { name: 'Vue d’ensemble' }).waitFor();
  await page.locator('[data-sensor="oven"]').getByText('20,5 °C').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  await page.reload();
  await page.getByRole('heading', { name: 'Vue d’ensemble' }).waitFor();
});
