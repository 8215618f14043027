import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';
import { ADMIN_KEY } from '#test/support/spawn-platform.ts';

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

/** In the page: what is written on canvases from now on. */
const KEEP_DRAWN_TEXTS = `
  globalThis.drawnTexts = [];
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...at) {
    globalThis.drawnTexts.push(text);
    return draw.call(this, text, ...at);
  };`;

/** A sensor in °C, 31 °C now, and an alert of it. */
async function createHotOven() {
  const app = await createTestApp();
  await app.send(reading(22, 'oven-1'));
  await app.put('/v1/sensors/oven-1', { name: 'Oven', metrics: { temperature: { unit: 'Cel' } } });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31, 'oven-1'));
  return app;
}

test('the units that are chosen are those of tiles and lists, also live, and are remembered', async (context) => {
  const app = await createHotOven();
  const page = await openPage(context, app.url, { path: '/settings' });
  await page.getByLabel('Units of values').selectOption('US customary');
  await page.getByRole('link', { name: 'Overview' }).click();
  const tile = page.locator('li[data-sensor="oven-1"]');
  await tile.getByText('88 °F').waitFor();
  await app.send(reading(32, 'oven-1'));
  await tile.getByText('90 °F').waitFor();
  await page.goto(`${app.url}/sensors`);
  await page.locator('tr[data-sensor="oven-1"]').getByText('90 °F').waitFor();
});

test('the chart is drawn in the units that are chosen, with its limits, and its link names none', async (context) => {
  const app = await createHotOven();
  const page = await openPage(context, app.url, { path: '/settings' });
  await page.getByLabel('Units of values').selectOption('US customary');
  await page.addInitScript(KEEP_DRAWN_TEXTS);
  await page.goto(`${app.url}/sensors/oven-1?range=1h`);
  await page.getByRole('img', { name: /71\.6 °F … 87\.8 °F$/ }).waitFor();
  const drawn = () => page.evaluate<string[]>('globalThis.drawnTexts');
  await expect.poll(drawn).toContain('°F');
  expect(await drawn()).not.toContain('°C');
  expect(page.url()).toBe(`${app.url}/sensors/oven-1?range=1h`);
  await page.getByRole('button', { name: 'As a table' }).click();
  await page.getByRole('cell', { name: '88 °F' }).first().waitFor();
});

test('alerts say their values in the units that are chosen, one quantity at a time', async (context) => {
  const app = await createHotOven();
  const page = await openPage(context, app.url, { path: '/settings' });
  await page.getByLabel('Units of values').selectOption('US customary');
  await page.goto(`${app.url}/alerts`);
  const row = page.getByRole('row', { name: /oven-1/ });
  await row.getByText('88 °F').waitFor();
  await row.getByText('86 °F').waitFor();
  await page.goto(`${app.url}/settings`);
  await page.getByText('One quantity at a time').click();
  await page.getByLabel('Temperature').selectOption('K');
  await page.goto(`${app.url}/alerts`);
  await row.getByRole('link', { name: 'hot' }).click();
  await page.getByText('304 K').first().waitFor();
  await page.getByText(/^303\.1\d* K$/).waitFor();
});

test('the settings say what is kept how long and where, and how that is changed, in both languages', async (context) => {
  const app = await createTestApp({ VIGIE_RETENTION: '400d' });
  await app.send(reading(4));
  const page = await openPage(context, app.url, { path: '/settings' });
  const kept = page.getByRole('region', { name: 'What is kept, and where' });
  await kept.getByText('400 days; older ones are refused and removed').waitFor();
  await kept.getByText('the newest 100,000').waitFor();
  await kept.getByText(/set VIGIE_RETENTION .* then restart it/).waitFor();
  await kept.getByText(app.dataDir).waitFor();
  await kept.getByText(/^\d[\d.]* [kM]B \(readings /i).waitFor();
  await page.getByLabel('Language').selectOption('Français');
  const french = page.getByRole('region', { name: 'Ce qui est gardé, et où' });
  await french.getByText('400 jours ; les plus anciens sont refusés et supprimés').waitFor();
  await french.getByText(/\s[kM]o \(relevés /).waitFor();
});

test('a key that is revoked while its page rests leads to the way to sign in, which says why, and back', async (context) => {
  const app = await createTestApp();
  await app.send(reading(4));
  const { body } = await app.call('POST', '/v1/api-keys', { name: 'wall', scopes: ['read'] });
  const page = await openPage(context, app.url, {
    isSignedIn: false,
    path: `/sensors?q=ov#key=${body.key}`,
  });
  await page.locator('[data-connection="live"]').waitFor();
  await app.call('DELETE', `/v1/api-keys/${body.id}`);
  await page.getByText('Your session has ended').waitFor();
  await page.getByLabel('Key').fill(ADMIN_KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // Where it was, as it was.
  await page.getByRole('link', { name: 'oven' }).waitFor();
  expect(new URL(page.url()).search).toBe('?q=ov');
});
