import { expect, onTestFinished, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { addReceiver, deliveries, events, HOT_RULE, reading } from '#test/support/notified.ts';
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
  // Its secret is shown to nobody, so nobody can put it back.
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('button', { name: 'Remove Desk' }).click();
  await page.getByText('This cannot be undone: its secrets').waitFor();
  expect((await app.call('GET', '/v1/contacts')).body.items).toEqual([]);
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
  await page.getByRole('group', { name: 'Step 1' }).getByRole('checkbox', { name: 'Anne' }).check();
  await page.getByRole('button', { name: 'Another step' }).click();
  await page.getByRole('group', { name: 'Step 2' }).getByRole('checkbox', { name: 'Ben' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('cold-chain is saved.').waitFor();
  expect((await app.call('GET', '/v1/policies/cold-chain')).body).toMatchObject({
    match: { severity: ['critical'] },
    steps: [{ contacts: ['anne'] }, { after: '10m', contacts: ['ben'] }],
  });
  await page.getByRole('link', { name: 'Who would be told' }).click();
  await page.getByLabel('Rule').fill('hot');
  await page.getByLabel('Sensor', { exact: true }).fill('oven');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  const told = page.getByRole('listitem');
  await told.filter({ hasText: 'anne' }).waitFor();
  await told.filter({ hasText: 'ben' }).filter({ hasText: 'after 10m' }).waitFor();
  await page.getByText('cold-chain: fits').waitFor();
  // The address asks the same of a colleague's page, and what changes the policies changes the answer.
  const colleague = await openPage(context, app.url, {
    path: new URL(page.url()).pathname + new URL(page.url()).search,
  });
  await colleague.getByText('cold-chain: fits').waitFor();
  expect(await colleague.getByLabel('Sensor', { exact: true }).inputValue()).toBe('oven');
  await app.call('DELETE', '/v1/policies/cold-chain');
  await colleague.getByText('cold-chain: fits').waitFor({ state: 'detached' });
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
  await page.getByLabel('Ajouter un contact').selectOption('ben');
  await page.getByLabel('Ajouter un contact').selectOption('anne');
  await page.getByRole('button', { name: 'anne plus tôt (tour 2)' }).click();
  await page.getByLabel('Première relève').fill('2026-01-05T08:00');
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByText(/D’astreinte en ce moment : (anne|ben)/).waitFor();
  const { body } = await app.call('GET', '/v1/on-call/nuits');
  // Eight in the morning in Paris, in winter.
  expect(body).toMatchObject({
    starts_at: '2026-01-05T07:00:00.000Z',
    shift: '7d',
    time_zone: 'Europe/Paris',
    contacts: ['anne', 'ben'],
  });
  await page.getByRole('link', { name: 'Maintenance' }).click();
  await page.getByRole('button', { name: 'Nouvelle fenêtre' }).click();
  await page.getByLabel('Identifiant').fill('degivrage');
  await page.getByLabel('Capteurs').fill('freezer-*');
  await page.getByRole('button', { name: 'Ajouter une exception' }).click();
  const exception = page.getByRole('group', { name: 'Exception 1' });
  await exception.getByLabel('Étiquettes').fill('site=labo');
  // On the clock of the window's zone, not of the reader's.
  await page.getByLabel('Fuseau horaire').fill('America/New_York');
  await page.getByLabel('Commence').fill('2026-01-05T02:00');
  await page.getByText('Heure de America/New_York').first().waitFor();
  await page.getByLabel('Se répète').selectOption('WEEKLY');
  await page.getByLabel('Toutes les').fill('2');
  await page.getByRole('checkbox', { name: 'lun' }).check();
  await page.getByRole('checkbox', { name: 'jeu' }).check();
  await page.getByRole('checkbox', { name: 'Actif' }).uncheck();
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await page.getByText('degivrage est enregistré.').waitFor();
  const row = page.locator('[data-document="degivrage"]');
  await row.getByText('freezer-* · sauf site=labo · inactif').waitFor();
  await row.getByRole('listitem').first().waitFor();
  expect((await app.call('GET', '/v1/maintenance-windows/degivrage')).body).toMatchObject({
    starts_at: '2026-01-05T07:00:00.000Z',
    time_zone: 'America/New_York',
    where: { sensors: ['freezer-*'], not: [{ labels: { site: 'labo' } }] },
    enabled: false,
  });
  await page.getByRole('button', { name: 'Supprimer degivrage' }).click();
  await page
    .getByText('degivrage est supprimé.')
    .locator('xpath=ancestor::*[.//button[normalize-space()="Défaire"]][1]')
    .getByRole('button', { name: 'Défaire' })
    .click();
  await expect
    .poll(async () => (await app.call('GET', '/v1/maintenance-windows/degivrage')).body.recurrence)
    .toBe('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH');
});

test('quiet hours that are made in the form hold what is told, and let through what they except', async (context) => {
  const app = await createTestApp();
  const desk = await addReceiver(app, 'desk');
  await app.put('/v1/policies/all', { name: 'All', steps: [{ contacts: ['desk'] }] });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.put('/v1/rules/fire', { ...HOT_RULE, severity: 'critical' });
  const page = await openPage(context, app.url, { path: '/notifications/policies' });
  await page.getByRole('button', { name: 'Change All' }).click();
  await page.getByRole('button', { name: 'Add quiet hours' }).click();
  const quiet = page.getByRole('group', { name: 'Quiet hours 1' });
  await quiet.getByText('Quiet 22:00–07:00 (every day), time of Europe/Paris').waitFor();
  await quiet.getByLabel('From').fill('00:00');
  await quiet.getByLabel('To', { exact: true }).fill('25:00');
  await page.getByRole('button', { name: 'Save' }).click();
  // The API's words stand at the field, and the reader with them.
  const refused = page.locator(':focus');
  await expect.poll(() => refused.getAttribute('aria-invalid')).toBe('true');
  expect(await refused.inputValue()).toBe('25:00');
  await page.getByText('Code invalid_request').waitFor();
  await quiet.getByLabel('To', { exact: true }).fill('24:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('all is saved.').waitFor();
  await app.send(reading(31));
  await expect
    .poll(async () => (await deliveries(app)).map(({ state }) => state).sort())
    .toEqual(['queued', 'sent']);
  expect(events(desk).map(({ data }) => data.alert.rule_id)).toEqual(['fire']);
  // Undo: the policy is as it was, without quiet hours.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(async () => (await app.call('GET', '/v1/policies/all')).body.quiet_hours)
    .toBeUndefined();
});

test('what a policy is not for is made in its form, said in the list, and told by who would be told', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/contacts/anne', { name: 'Anne', channel: 'null', settings: {} });
  await app.put('/v1/contacts/lab', { name: 'Lab', channel: 'null', settings: {} });
  await app.put('/v1/policies/all', { name: 'All', steps: [{ contacts: ['anne'] }] });
  const lab = { match: { labels: { site: 'lab' } }, steps: [{ contacts: ['lab'] }] };
  await app.put('/v1/policies/lab', lab);
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.put('/v1/sensors/bench', { labels: { site: 'lab' } });
  const page = await openPage(context, app.url, { path: '/notifications/policies' });
  await page.getByRole('button', { name: 'Change All' }).click();
  await page.getByRole('button', { name: 'Add an exception' }).click();
  const first = page.getByRole('group', { name: 'Exception 1' });
  // What asks nothing would take every alert away: that is said where it stands.
  await page.getByRole('button', { name: 'Save' }).click();
  await first.getByText('must have at least 1 of its members').waitFor();
  await first.getByLabel('Labels').fill('site=lab');
  await page.getByRole('button', { name: 'Add an exception' }).click();
  const second = page.getByRole('group', { name: 'Exception 2' });
  await second.getByLabel('Rules').fill('heartbeat, dull');
  await second.getByRole('checkbox', { name: 'Info' }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('all is saved.').waitFor();
  expect((await app.call('GET', '/v1/policies/all')).body.match).toEqual({
    not: [{ labels: { site: 'lab' } }, { severity: ['info'], rules: ['heartbeat', 'dull'] }],
  });
  await page.getByText('not site=lab', { exact: true }).waitFor();
  await page.getByText('not Info · heartbeat, dull').waitFor();
  await page.getByRole('button', { name: 'Change All' }).click();
  await page.getByRole('button', { name: 'Remove exception 2' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('not Info').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Who would be told' }).click();
  await page.getByLabel('Rule').fill('hot');
  await page.getByLabel('Sensor', { exact: true }).fill('bench');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('all: does not fit: it is not for label site lab').waitFor();
  await page.getByText('lab: fits').waitFor();
});

test('every field of a policy is in its form, and what is not changed there stays to the letter', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/contacts/anne', { name: 'Anne', channel: 'null', settings: {} });
  await app.put('/v1/contacts/ben', { name: 'Ben', channel: 'null', settings: {} });
  await app.put('/v1/templates/short', { texts: [{ language: 'en', text: '{headline}' }] });
  const policy = {
    name: 'Cold chain',
    match: {
      severity: ['warning', 'critical'],
      sensors: ['freezer-*'],
      labels: { site: 'Lyon, north' },
      locations: ['Lyon, kitchen'],
      rules: ['hot'],
      not: [
        { labels: { site: 'lab', rack: '' }, rules: ['dull', 'heartbeat'] },
        { severity: ['info'], sensors: ['freezer-9'], locations: ['Lyon, "north"'] },
      ],
    },
    steps: [{ contacts: ['anne'] }, { after: '10m', contacts: ['ben'] }],
    repeat: '4h',
    group: { by: ['severity', 'location', 'label:site'], wait: '20s', interval: '3m' },
    quiet_hours: [
      {
        time_zone: 'Europe/Paris',
        windows: [{ days: ['sat', 'sun'], from: '22:00', to: '07:30' }],
        except: ['critical'],
      },
    ],
    fallback: ['ben'],
    fallback_after: '2m',
    template: 'short',
    on: ['raised', 'escalated', 'acknowledged'],
    enabled: false,
    managed_by: 'apply:default',
  };
  await app.put('/v1/policies/cold', policy);
  const page = await openPage(context, app.url, { path: '/notifications/policies' });
  await page.getByRole('button', { name: 'Change Cold chain' }).click();
  const form = page.locator('form');
  await form.getByRole('group', { name: 'Step 2' }).waitFor();
  await expect.poll(() => form.getByLabel('Worded by').inputValue()).toBe('short');
  // The names of contacts come with an answer of their own.
  await form.getByRole('checkbox', { name: 'Anne' }).first().waitFor();
  const typed = await form.locator('input:not([type=checkbox])').evaluateAll((fields) =>
    // biome-ignore lint/suspicious/noExplicitAny: in the page
    fields.map((field) => (field as any).value).filter(Boolean),
  );
  expect(typed).toEqual(
    ['Cold chain', 'freezer-*', 'site="Lyon, north"', '"Lyon, kitchen"', 'hot']
      .concat(['site=lab, rack=', 'dull, heartbeat', 'freezer-9', '"Lyon, ""north"""'])
      .concat(['10m', '4h', 'site', '20s', '3m', '22:00', '07:30', 'Europe/Paris', '2m']),
  );
  const ticked = await form.locator('label:has(:checked)').allTextContents();
  expect(ticked.map((text) => text.trim().replace(/ Its next run.*/, ''))).toEqual(
    ['Kept by apply:default', 'Warning', 'Critical', 'Info', 'Anne', 'Ben', 'raised']
      .concat([
        'escalated',
        'acknowledged',
        'Put what belongs together into one message',
        'Severity',
        'Place',
      ])
      .concat(['Sat', 'Sun', 'Critical', 'Ben']),
  );
  await form.getByLabel('First waits').fill('25s');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('cold is saved.').waitFor();
  const {
    id: _id,
    created_at: _made,
    updated_at: _changed,
    ...after
  } = (await app.call('GET', '/v1/policies/cold')).body;
  expect(after).toEqual({ ...policy, group: { ...policy.group, wait: '25s' } });
});

test('a contact’s quiet hours, stand-in, units and words are made in its form; Undo of a new one takes it away', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/contacts/ben', { name: 'Ben', channel: 'null', settings: {} });
  await app.put('/v1/templates/short', { texts: [{ language: 'en', text: '{headline}' }] });
  const page = await openPage(context, app.url, { path: '/notifications' });
  await page.getByRole('button', { name: 'New contact' }).click();
  await page.getByLabel('Name').fill('Anne');
  await page.getByLabel('Id (made').fill('anne');
  await page.getByLabel('Channel').selectOption('null');
  await page.getByRole('button', { name: 'Add quiet hours' }).click();
  await page.getByLabel('Units').selectOption('us');
  await page.getByText('One quantity at a time').click();
  await page.getByLabel('Temperature').selectOption('Cel');
  await page.getByLabel('Told instead').selectOption('ben');
  await page.getByLabel('When there are many').selectOption('whole');
  await page.getByLabel('Worded by').selectOption('short');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('anne is saved.').waitFor();
  expect((await app.call('GET', '/v1/contacts/anne')).body).toMatchObject({
    quiet_hours: [{ windows: [{ from: '22:00', to: '07:00' }], except: ['critical'] }],
    units: { system: 'us', temperature: 'Cel' },
    fallback_contact: 'ben',
    storm: 'whole',
    template: 'short',
  });
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await app.call('GET', '/v1/contacts/anne')).status).toBe(404);
});

test('the ledger of one contact can be linked to, and leads back to everybody’s', async (context) => {
  const app = await createTestApp();
  for (const id of ['anne', 'ben'])
    await app.put(`/v1/contacts/${id}`, { channel: 'null', settings: {} });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31));
  const page = await openPage(context, app.url, {
    path: '/notifications/ledger?contact_id=anne',
    locale: 'fr-FR',
  });
  const row = (id: string) => page.getByRole('row').filter({ hasText: id });
  await row('anne').getByText('envoyé ').first().waitFor();
  expect(await row('ben').count()).toBe(0);
  await page.getByRole('button', { name: 'Seulement anne' }).click();
  await row('ben').waitFor();
});

test('who would be told, why not, and what hushes it are said in the reader’s language', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/contacts/anne', { channel: 'null', settings: {} });
  const match = { not: [{ labels: { site: 'labo' } }] };
  await app.put('/v1/policies/tout', { match, steps: [{ contacts: ['anne'] }] });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.put('/v1/sensors/banc', { labels: { site: 'labo' } });
  await app.call('POST', '/v1/sensors/banc/out-of-service', { reason: 'vacances' });
  const page = await openPage(context, app.url, {
    locale: 'fr-FR',
    path: '/notifications/preview?rule=hot&sensor=banc&severity=critical',
  });
  await page
    .getByText('tout: ne convient pas : elle n’est pas pour l’étiquette site labo')
    .waitFor();
  await page.getByText('pour cette raison : la mise hors service du capteur.').waitFor();
});
