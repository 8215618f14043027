import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';

test('a key is made, shown once, opens what it may, and is revoked after a question', async (context) => {
  const { url } = await createTestApp();
  const page = await openPage(context, url, { path: '/settings' });
  await page.getByLabel('Name of a new key').fill('cellar');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const key = await page.getByText('is shown once').locator('code').textContent();
  const send = async () => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify(reading(4));
    return (await fetch(`${url}/v1/readings`, { method: 'POST', headers, body })).status;
  };
  expect(await send()).toBe(200);
  await page.getByRole('button', { name: 'Revoke the key cellar' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('The key cellar is revoked').waitFor();
  expect(await send()).toBe(401);
});

test('the quality of the alarms is judged against ISA-18.2, and names who raises most', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  for (let i = 0; i < 12; i += 1) await app.send(reading(31, `oven-${i}`));
  const page = await openPage(context, app.url, { path: '/alarm-quality' });
  const worst = page.locator('[data-figure="worst_ten_minutes"]');
  await worst.getByText('12').waitFor();
  await page.getByRole('heading', { name: 'Who raises most' }).waitFor();
  await page.getByRole('link', { name: 'oven-3', exact: true }).waitFor();
});
