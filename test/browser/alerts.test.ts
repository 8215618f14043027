import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { addReceiver, HOT_RULE, reading } from '#test/support/notified.ts';
import { ADMIN_KEY } from '#test/support/spawn-platform.ts';

test('chosen alerts are shelved together with a reason, are listed, and Undo brings them back', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  for (const name of ['a', 'b', 'c']) await app.send(reading(31, name));
  const page = await openPage(context, app.url, { path: '/alerts' });
  await page.getByLabel('Choose the alert of a').check();
  await page.getByLabel('Choose the alert of b').check();
  await page.getByRole('button', { name: 'Shelve them' }).click();
  const dialog = page.getByRole('dialog', { name: 'Shelve 2 alerts' });
  await dialog.getByLabel('For').selectOption('4h');
  await dialog.getByLabel('Reason').fill('door is being repaired');
  await dialog.getByRole('button', { name: 'Shelve…' }).click();
  await page.getByText('2 alerts are shelved for 4 hours.').waitFor();
  const shelved = async () => (await app.call('GET', '/v1/alerts?shelved=true')).body.items.length;
  expect(await shelved()).toBe(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(shelved).toBe(0);
});

test('one alert tells what happened, who was told, and takes a comment and an assignee', async (context) => {
  const app = await createTestApp();
  const receiver = await addReceiver(app, 'desk');
  const instructions = { en: 'Close the door.', fr: 'Fermez la porte.' };
  await app.put('/v1/rules/hot', { ...HOT_RULE, instructions });
  await app.send(reading(31));
  await expect.poll(() => receiver.received.length).toBe(1);
  const page = await openPage(context, app.url, { path: '/alerts' });
  await page.getByRole('link', { name: 'hot' }).click();
  await page.getByText('Close the door.').waitFor();
  await page.getByText('desk').waitFor();
  await page.getByLabel('Comment').fill('On my way');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('listitem').filter({ hasText: 'On my way' }).waitFor();
  await page.getByLabel('Assign to').fill('anne');
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByText('Assigned to anne.').waitFor();
  const { items } = (await app.call('GET', '/v1/alerts')).body;
  expect(items).toMatchObject([{ assignee: 'anne' }]);
  await app.send(reading(20));
  await page.getByText('back to normal').first().waitFor();
});

test('the view and its filters are in the address; an error is the API’s own words with its code', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31, 'a'));
  await app.send(reading(20, 'a'));
  const page = await openPage(context, app.url, { path: '/alerts?view=all' });
  const button = page.getByRole('button', { name: 'Acknowledge the alert of a' });
  await button.waitFor();
  await page.getByRole('button', { name: 'Shelved', exact: true }).click();
  await page.getByText('There is no alert here.').waitFor();
  expect(new URL(page.url()).searchParams.get('view')).toBe('shelved');
  await page.goto(`${app.url}/alerts/unknown`);
  await page.getByText('Code not_found').waitFor();
});

test('the link of a message opens its alert, after signing in too', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await app.send(reading(31));
  const link = `/#alert=${alerts[0].id}`;
  const page = await openPage(context, app.url);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.goto(`${app.url}${link}`);
  await page.getByRole('heading', { name: 'What happened' }).waitFor();
  const stranger = await openPage(context, app.url, { path: link, isSignedIn: false });
  await stranger.getByLabel('Key').fill(ADMIN_KEY);
  await stranger.getByRole('button', { name: 'Sign in' }).click();
  await stranger.getByRole('heading', { name: 'What happened' }).waitFor();
  expect(new URL(stranger.url()).pathname).toBe(`/alerts/${alerts[0].id}`);
});

test('an alert leads to its chart and its rule, and says so where the rule is gone', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31));
  const page = await openPage(context, app.url, { path: '/alerts?severity=warning' });
  await page.getByRole('link', { name: 'oven', exact: true }).waitFor();
  await page.getByRole('row').getByRole('link', { name: 'hot' }).click();
  await page.getByRole('heading', { name: 'hot · oven' }).waitFor();
  await page.getByRole('link', { name: 'hot', exact: true }).waitFor();
  const chart = await page.getByRole('link', { name: 'oven', exact: true }).getAttribute('href');
  expect(chart).toBe('/sensors/oven?metrics=temperature');
  await app.call('DELETE', '/v1/rules/hot');
  await page.getByText('hot (removed since)').waitFor();
  // A comment that is not taken is not lost.
  await page.route('**/comment', (route) => route.abort());
  await page.getByLabel('Comment').fill('The door was open');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByText('The platform does not answer').first().waitFor();
  expect(await page.getByLabel('Comment').inputValue()).toBe('The door was open');
  await page.getByRole('link', { name: 'All alerts' }).click();
  await expect.poll(() => new URL(page.url()).search).toBe('?severity=warning');
});
