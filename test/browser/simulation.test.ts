import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';

test('without sensors a simulated fleet is started by a button; the page turns live, says so, and stops it', async (context) => {
  const app = await createTestApp();
  const page = await openPage(context, app.url);
  await page.getByRole('button', { name: 'Start a simulated fleet' }).click();
  const tile = page.locator('[data-sensor="simulated-01"]');
  await tile.getByText(/^-\d+(?:\.\d+)? °C$/).waitFor();
  await tile.getByText('Freezer 1 (simulated)').waitFor();
  await expect.poll(() => page.locator('[data-sensor]').count()).toBe(12);
  const sign = page.locator('[data-simulation]');
  await sign.getByText('12 simulated sensors send until').waitFor();
  // Undo in the notice is what stops it, too.
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('The simulation is over').waitFor();
  await sign.waitFor({ state: 'detached' });
  await page.getByText('12 simulated sensors are left').waitFor();
  expect((await app.call('GET', '/v1/simulation')).body.is_running).toBe(false);
  // On a page that was opened while it runs, the sign stops it.
  await app.call('POST', '/v1/simulation', { sensors: 2 });
  const french = await openPage(context, app.url, { locale: 'fr-FR' });
  await french.getByText('2 capteurs simulés envoient').waitFor();
  await french.getByRole('button', { name: 'Arrêter la simulation' }).click();
  await french.getByText('La simulation est terminée').waitFor();
  expect((await app.call('GET', '/v1/simulation')).body.is_running).toBe(false);
  // Nothing of it is left once it is cleared away; what is real stays.
  await app.send({ sensor_id: 'oven', readings: { temperature: 4 } });
  await french.getByRole('button', { name: 'Supprimer ce qui était simulé' }).click();
  await french.getByText('12 capteurs simulés sont supprimés').waitFor();
  await expect
    .poll(() => page.locator('[data-sensor]').evaluateAll((nodes) => nodes.length))
    .toBe(1);
});

test('who may only read sees that it runs, and is offered nothing to change it', async (context) => {
  const app = await createTestApp();
  await app.call('POST', '/v1/simulation', { sensors: 1 });
  const { body } = await app.call('POST', '/v1/api-keys', { name: 'wall', scopes: ['read'] });
  const page = await openPage(context, app.url, { isSignedIn: false, path: `/#key=${body.key}` });
  await page.getByText('A simulated sensor sends until').waitFor();
  expect(await page.getByRole('button', { name: 'Stop the simulation' }).count()).toBe(0);
});
