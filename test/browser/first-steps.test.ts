import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';

test('without sensors the lines to paste are shown with a fresh key, and the page turns live with the first reading', async (context) => {
  const { url } = await createTestApp();
  const page = await openPage(context, url);
  await page.getByRole('button', { name: 'Make a key for sensors' }).click();
  const line = page
    .locator('pre')
    .filter({ hasText: 'Bearer vg_' })
    .or(page.locator('pre').first());
  await page.getByText('This key is shown once').waitFor();
  const [, key] = /Bearer (\S+)'/.exec((await line.first().textContent()) ?? '') ?? [];
  const answer = await fetch(`${url}/v1/readings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(reading(-18.4, 'freezer-3')),
  });
  expect(answer.status).toBe(200);
  const tile = page.locator('[data-sensor="freezer-3"]');
  await tile.getByText('-18.4 °C').waitFor();
});

test('values follow the readings; an alert appears, and what one acknowledges another sees', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(20));
  const anne = await openPage(context, app.url);
  const ben = await openPage(context, app.url, { path: '/alerts', locale: 'fr-FR' });
  await anne.locator('[data-sensor="oven"]').getByText('20 °C').waitFor();
  await ben.getByText('Aucune alerte n’est active').waitFor();
  await anne.locator('[data-connection="live"]').waitFor();
  await app.send(reading(31.5));
  await anne.locator('[data-sensor="oven"]').getByText('31.5 °C').waitFor();
  await anne.getByRole('button', { name: 'Acknowledge the alert of oven' }).click();
  await anne.getByText('The alert of oven is acknowledged').waitFor();
  await ben.getByText('acquittée par').waitFor();
  const fleet = anne.getByRole('list', { name: 'The fleet' });
  await fleet.getByText('0 not acknowledged').waitFor();
  await expect.poll(() => fleet.locator('[data-rate]').textContent()).toMatch(/^0\.[1-9]/);
});

test('who is not signed in is asked for a key; a wrong one is refused in words', async (context) => {
  const { url } = await createTestApp();
  const page = await openPage(context, url, { path: '/alerts', isSignedIn: false });
  await page.getByLabel('Key').fill('wrong-key-wrong-key-wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('not valid, or no longer').waitFor();
  expect(await page.getByRole('navigation').count()).toBe(0);
});

test('the lines to paste are copied over plain HTTP, too, where a browser has no clipboard for pages', async (context) => {
  const app = await createTestApp();
  const page = await openPage(context, app.url);
  await page.evaluate(() => {
    const window = globalThis as never as Record<'copied' | 'navigator', unknown> &
      EventTarget & { getSelection(): unknown };
    Object.defineProperty(window.navigator, 'clipboard', { value: undefined });
    window.addEventListener('copy', () => {
      window.copied = String(window.getSelection());
    });
  });
  await page.getByRole('button', { name: 'Copy' }).first().click();
  await page.getByText('Copied.').waitFor();
  const copied = await page.evaluate(() => (globalThis as never as { copied: string }).copied);
  expect(copied).toContain(`${app.url}/v1/readings`);
});
