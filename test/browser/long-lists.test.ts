import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';

async function putAll(count: number, put: (at: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 50)
    await Promise.all(Array.from({ length: Math.min(50, count - from) }, (_, n) => put(from + n)));
}

test('hundreds of contacts are shown page by page, searched, changed and chosen from', async (context) => {
  const app = await createTestApp();
  const settings = { url: 'https://example.org/hook' };
  await putAll(1010, (at) =>
    app.put(`/v1/contacts/c${String(at).padStart(4, '0')}`, {
      ...{ name: `Person ${at}`, channel: 'webhook', settings },
    }),
  );
  const page = await openPage(context, app.url, { path: '/notifications' });
  await page.getByText('The first 200 are shown.').waitFor();
  expect(await page.locator('[data-contact]').count()).toBe(200);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('The first 400 are shown.').waitFor();
  await page.getByLabel('Search id or name').fill('PERSON 1009');
  await page.getByText('c1009').waitFor();
  await expect.poll(() => page.locator('[data-contact]').count()).toBe(1);
  expect(new URL(page.url()).search).toBe('?q=PERSON+1009');
  await app.put('/v1/contacts/c1009', { name: 'Person 1009 away', channel: 'webhook', settings });
  await page.getByText('Person 1009 away').waitFor();
  await page.getByRole('button', { name: 'Remove Person 1009 away' }).click();
  await page.getByText('Nothing fits.').waitFor();
  // Whoever makes a policy may choose any of them.
  await page.getByRole('link', { name: 'Policies' }).click();
  await page.getByRole('button', { name: 'New policy' }).click();
  await page.getByLabel('Person 1008').first().waitFor({ state: 'attached' });
});

test('policies and windows beyond the first are found, and a short list has no search', async (context) => {
  const app = await createTestApp();
  await putAll(210, (at) =>
    app.put(`/v1/policies/p${String(at).padStart(3, '0')}`, {
      ...{ name: `Shift ${at}`, steps: [{ contacts: [] }] },
    }),
  );
  const page = await openPage(context, app.url, { path: '/notifications/policies?q=shift+20' });
  await expect.poll(() => page.locator('[data-document]').count()).toBe(11);
  await page.getByLabel('Search id or name').fill('');
  await page.getByText('The first 200 are shown.').waitFor();
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => page.locator('[data-document]').count()).toBe(210);
  await page.getByRole('link', { name: 'Maintenance' }).click();
  await page.getByRole('button', { name: 'New window' }).waitFor();
  expect(await page.getByLabel('Search id or name').count()).toBe(0);
  await page.goto(`${app.url}/places?q=hall`);
  await page.getByText('Nothing fits.').waitFor();
});
