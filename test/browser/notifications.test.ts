import { expect, onTestFinished, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';
import { createWebhookReceiver } from '#test/support/webhook-receiver.ts';

test('a contact is made from the channel’s own fields, told in a test, and its alerts are in the ledger', async (context) => {
  const app = await createTestApp();
  const receiver = await createWebhookReceiver(onTestFinished);
  const page = await openPage(context, app.url, { path: '/notifications' });
  await page.getByRole('button', { name: 'New contact' }).click();
  await page.getByLabel('Name').fill('Desk');
  await page.getByLabel('Channel').selectOption('webhook');
  await page.getByLabel('url').fill(receiver.url);
  await page.getByRole('button', { name: 'Save' }).click();
  // The secret that the platform made is shown once.
  await page.getByText('whsec_').waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('button', { name: 'Send a test to Desk' }).click();
  await page.getByText('A test went to Desk').waitFor();
  expect(receiver.received.length).toBe(1);
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31));
  await expect.poll(() => receiver.received.length).toBe(2);
  await page.getByRole('link', { name: 'Ledger' }).click();
  const row = page.getByRole('row').filter({ hasText: 'webhook' });
  await row.getByText('sent', { exact: true }).first().waitFor();
});

test('a policy with two steps is made in the form; who would be told is foretold by it', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/contacts/anne', { name: 'Anne', channel: 'null', settings: {} });
  await app.put('/v1/contacts/ben', { name: 'Ben', channel: 'null', settings: {} });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(20));
  const page = await openPage(context, app.url, { path: '/notifications/policies' });
  await page.getByRole('button', { name: 'New policy' }).click();
  await page.getByLabel('Name').fill('Cold chain');
  await page.getByLabel('Id (made').fill('cold-chain');
  await page.getByRole('checkbox', { name: 'Critical' }).check();
  await page.getByRole('checkbox', { name: 'Anne' }).check();
  await page.getByRole('button', { name: 'Another step' }).click();
  await page.getByRole('group', { name: 'Step 2' }).getByRole('checkbox', { name: 'Ben' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('cold-chain is saved.').waitFor();
  expect((await app.call('GET', '/v1/policies/cold-chain')).body).toMatchObject({
    match: { severity: ['critical'] },
    steps: [{ contacts: ['anne'] }, { after: '10m', contacts: ['ben'] }],
  });
  await page.getByRole('link', { name: 'Who would be told' }).click();
  await page.getByLabel('Rule').selectOption('hot');
  await page.getByLabel('Sensor', { exact: true }).fill('oven');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  const told = page.getByRole('listitem');
  await told.filter({ hasText: 'anne' }).waitFor();
  await told.filter({ hasText: 'ben' }).filter({ hasText: 'after 10m' }).waitFor();
  await page.getByText('cold-chain: fits').waitFor();
});

test('rotations show who is on call, windows when they open, and a removed one comes back by Undo', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/contacts/anne', { channel: 'null', settings: {} });
  await app.put('/v1/contacts/ben', { channel: 'null', settings: {} });
  const page = await openPage(context, app.url, {
    path: '/notifications/on-call',
    locale: 'fr-FR',
  });
  await page.getByRole('button', { name: 'Nouvelle rotation' }).click();
  await page.getByLabel('Identifiant').fill('nuits');
  await page.getByLabel('Contacts à tour de rôle').fill('anne, ben');
  await page.getByLabel('Première relève').fill('2026-01-05T08:00');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByText(/D’astreinte en ce moment : (anne|ben)/).waitFor();
  const { body } = await app.call('GET', '/v1/on-call/nuits');
  // Eight in the morning in Paris, in winter.
  expect(body).toMatchObject({
    starts_at: '2026-01-05T07:00:00.000Z',
    shift: '7d',
    time_zone: 'Europe/Paris',
  });
  await page.getByRole('link', { name: 'Maintenance' }).click();
  await page.getByRole('button', { name: 'Nouvelle fenêtre' }).click();
  await page.getByLabel('Identifiant').fill('degivrage');
  await page.getByLabel('Capteurs').fill('freezer-*');
  await page.getByLabel('Commence').fill('2026-01-05T02:00');
  await page.getByLabel('Se répète').selectOption('FREQ=WEEKLY');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByText('degivrage est enregistré.').waitFor();
  await page.locator('[data-document="degivrage"]').getByRole('listitem').first().waitFor();
  await page.getByRole('button', { name: 'Supprimer degivrage' }).click();
  await page.getByText('degivrage est supprimé.').waitFor();
  await page.getByRole('button', { name: 'Défaire' }).last().click();
  await expect
    .poll(async () => (await app.call('GET', '/v1/maintenance-windows/degivrage')).body.recurrence)
    .toBe('FREQ=WEEKLY');
});
