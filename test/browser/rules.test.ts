import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';

test('a rule made in the form is the API’s own, and fires', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  const page = await openPage(context, app.url, { path: '/rules' });
  await page.getByRole('link', { name: 'New rule' }).click();
  await page.getByLabel('Name in English').fill('Oven too hot');
  await page.getByLabel('Sensors', { exact: true }).fill('oven*');
  await page.getByLabel('Metric').fill('temperature');
  await page.getByLabel('Limit').fill('30,5');
  await page.getByRole('button', { name: 'Another limit' }).click();
  await page.getByRole('textbox', { name: 'Limit' }).nth(1).fill('40');
  await page.getByLabel('Severity').nth(1).selectOption('critical');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/^The rule .* is saved\./).waitFor();
  const { items } = (await app.call('GET', '/v1/rules')).body;
  const made = items.find(({ name }: { name?: { en: string } }) => name?.en === 'Oven too hot');
  expect(made).toMatchObject({
    where: { sensors: ['oven*'] },
    when: { metric: 'temperature', above: [{ limit: 30.5 }, { limit: 40, severity: 'critical' }] },
    enabled: true,
  });
  const { alerts } = await app.send(reading(41));
  expect(alerts).toMatchObject([{ rule_id: made.id, severity: 'critical' }]);
});

test('what the API refuses is said beside the form, with its code, and nothing typed is lost', async (context) => {
  const app = await createTestApp();
  const page = await openPage(context, app.url, { path: '/rules/-' });
  await page.getByLabel('Metric').fill('temperature');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Code rule_invalid').waitFor();
  expect(await page.getByLabel('Metric').inputValue()).toBe('temperature');
});

test('a rule is switched off in the list, and Undo switches it on again; a removed one comes back too', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  const enabled = async () => (await app.call('GET', '/v1/rules/hot')).body.enabled;
  const page = await openPage(context, app.url, { path: '/rules' });
  await page.getByLabel('Rule hot is on').click();
  await page.getByText('it raises no alert').waitFor();
  expect(await enabled()).toBe(false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(enabled).toBe(true);
  await page.getByRole('link', { name: 'hot', exact: true }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.getByText('is removed').waitFor();
  expect((await app.call('GET', '/v1/rules/hot')).status).toBe(404);
  const removed = page.getByRole('dialog').filter({ hasText: 'is removed' });
  await removed.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(enabled).toBe(true);
});

test('a rule is tried over the last 30 days and drawn before it is saved', async (context) => {
  const app = await createTestApp();
  const now = Date.now();
  const readings = [];
  // Three warm spells of an hour in the last ten days.
  for (let minute = 10 * 24 * 60; minute > 0; minute -= 10) {
    const isWarm = minute % (3 * 24 * 60) < 60;
    const timestamp = new Date(now - minute * 60_000).toISOString();
    readings.push({ ...reading(isWarm ? 35 : 20), timestamp });
  }
  await app.send(...readings);
  const page = await openPage(context, app.url, { path: '/rules/-' });
  await page.getByLabel('Metric').fill('temperature');
  await page.getByLabel('Limit').fill('30');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText(/^[34] alerts on 1 sensor/).waitFor();
  await page
    .getByRole('img', { name: /Would have spoken on oven [34] times/ })
    .locator('canvas')
    .waitFor();
  const { items } = (await app.call('GET', '/v1/alerts')).body;
  expect(items).toEqual([]);
});

test('a form takes numbers as the sensors send them, and says what they are in the units of the reader', async (context) => {
  const app = await createTestApp();
  await app.send(reading(4, 'fridge-1'), reading(60, 'oven-1'));
  await app.put('/v1/sensors/oven-1', { metrics: { temperature: { unit: '[degF]' } } });
  const page = await openPage(context, app.url, { path: '/rules/-' });
  await page.getByLabel('Sensors', { exact: true }).fill('fridge-*');
  await page.getByLabel('Metric').fill('temperature');
  await page.getByText('In °C, as the sensors send it.').first().waitFor();
  await page.getByLabel('Sensors', { exact: true }).fill('');
  await page.getByText('In the unit that each sensor sends: °C, °F.').first().waitFor();
  await page.goto(`${app.url}/settings`);
  await page.getByLabel('Units of values').selectOption('US customary');
  await page.goto(`${app.url}/rules/-`);
  await page.getByLabel('Sensors', { exact: true }).fill('fridge-*');
  await page.getByLabel('Metric').fill('temperature');
  await page.getByLabel('Limit').fill('8');
  await page.getByLabel('Deadband').fill('1');
  await page.getByText('8 °C, as the sensors send it: 46.4 °F in your units.').waitFor();
  await page.getByText('1 °C, as the sensors send it: 1.8 °F in your units.').waitFor();
  await page.goto(`${app.url}/rules`);
  await page.getByText('Limits are in the units that the sensors send').waitFor();
});

test('what is searched among the rules is in the address, and the way back from a rule leads to it', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.put('/v1/rules/cold', { when: { metric: 'temperature', below: [{ limit: 2 }] } });
  const page = await openPage(context, app.url, { path: '/rules?q=ho' });
  await page.getByRole('link', { name: 'hot' }).click();
  await page.getByRole('link', { name: 'All rules' }).click();
  await page.getByRole('link', { name: 'hot' }).waitFor();
  expect(await page.getByRole('link', { name: 'cold' }).count()).toBe(0);
  await page.getByLabel('Search').fill('cold');
  await page.getByRole('link', { name: 'cold' }).waitFor();
  await expect.poll(() => new URL(page.url()).search).toBe('?q=cold');
  await page.getByRole('link', { name: 'cold' }).click();
  await app.send(reading(1));
  await page.getByRole('link', { name: 'Its alerts' }).click();
  await page.getByRole('button', { name: 'Only rule cold' }).waitFor();
  await page.getByRole('row').filter({ hasText: 'oven' }).waitFor();
  await page.getByRole('link', { name: 'oven' }).click();
  await page.getByRole('link', { name: 'Its alerts' }).click();
  await page.getByRole('button', { name: 'Only oven' }).click();
  expect(new URL(page.url()).search).toBe('?view=all');
});
