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
  await page.getByRole('button', { name: 'Add an exception' }).click();
  const exception = page.getByRole('group', { name: 'Exception 1' });
  await exception.getByLabel('Sensors').fill('oven-9');
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
    where: { sensors: ['oven*'], not: [{ sensors: ['oven-9'] }] },
    when: { metric: 'temperature', above: [{ limit: 30.5 }, { limit: 40, severity: 'critical' }] },
    enabled: true,
  });
  const { alerts } = await app.send(reading(41), reading(41, 'oven-9'));
  expect(alerts).toMatchObject([{ rule_id: made.id, sensor_id: 'oven', severity: 'critical' }]);
  await page.getByRole('link', { name: 'Rules', exact: true }).click();
  await page.getByText('oven* · not oven-9').waitFor();
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

test('thousands of rules scroll like ten, the search finds those far behind, and a change elsewhere is shown', async (context) => {
  const app = await createTestApp();
  const put = (at: number, more: object = {}) =>
    app.put(`/v1/rules/r${String(at).padStart(4, '0')}`, {
      ...HOT_RULE,
      ...{ name: { en: `Machine ${at} hot`, fr: `Machine ${at} chaude` }, ...more },
    });
  for (let at = 0; at < 1200; at += 50)
    await Promise.all(Array.from({ length: 50 }, (_, n) => put(at + n)));
  const page = await openPage(context, app.url, { path: '/rules' });
  await page.getByText('the first 500 rules').waitFor();
  expect(await page.locator('[data-rule]').count()).toBeLessThan(40);
  const toEnd = () => page.evaluate('scrollTo(0, document.body.scrollHeight)');
  await expect
    .poll(async () => {
      await toEnd();
      return page.getByText('1,201 rules').count();
    })
    .toBe(1);
  await toEnd();
  // The built-in rule comes last, and each before it once.
  await page.locator('[data-rule="silent"]').waitFor();
  await page.getByRole('link', { name: 'Machine 1199 hot' }).waitFor();
  await put(1199, { enabled: false });
  await expect.poll(() => page.getByLabel('Rule Machine 1199 hot is on').isChecked()).toBe(false);
  await page.getByLabel('Rule Machine 1199 hot is on').click();
  await page.getByText('The rule r1199 is on.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect
    .poll(async () => (await app.call('GET', '/v1/rules/r1199')).body.enabled)
    .toBe(false);
  // A far-scrolled list is asked for what has changed alone.
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname === '/v1/rules') asked.push(search);
  });
  await put(1200);
  await page.getByText('1,202 rules').waitFor();
  await page.getByRole('link', { name: 'Machine 1200 hot' }).waitFor();
  await app.call('DELETE', '/v1/rules/r1198');
  await page.getByText('1,201 rules').waitFor();
  await page.getByRole('link', { name: 'Machine 1198 hot' }).waitFor({ state: 'detached' });
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter((search) => !search.startsWith('?ids=r1'))).toEqual([]);
  await page.getByLabel('Search').fill('CHAUDE');
  await page.getByText('the first 500 rules').waitFor();
  await page.getByLabel('Search').fill('machine 1042');
  await page.getByText('1 rule', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Machine 1042 hot' }).click();
  await page.getByRole('link', { name: 'All rules' }).click();
  await page.getByText('1 rule', { exact: true }).waitFor();
  await page.getByLabel('Search').fill('no such');
  await page.getByText('No rule fits.').waitFor();
});

test('an alert and a sensor name rules that stand far behind a thousand others', async (context) => {
  const app = await createTestApp();
  for (let at = 0; at < 1050; at += 50)
    await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        app.put(`/v1/rules/a${at + n}`, { ...HOT_RULE, where: { sensors: [`other-${at + n}`] } }),
      ),
    );
  await app.put('/v1/rules/zone', {
    ...{ ...HOT_RULE, where: { sensors: ['ov*'] } },
    ...{ name: { en: 'Oven zone' }, instructions: { en: 'Open the flap' } },
  });
  await app.send(reading(31));
  const page = await openPage(context, app.url, { path: '/alerts' });
  await page.getByRole('link', { name: 'Oven zone' }).click();
  await page.getByText('Open the flap').waitFor();
  await page.getByRole('link', { name: 'oven', exact: true }).click();
  const rules = page.getByRole('region', { name: 'Rules' });
  await rules.getByRole('link', { name: 'Oven zone' }).waitFor();
  expect(await rules.getByRole('listitem').count()).toBe(2);
  await page.goto(`${app.url}/notifications/preview`);
  await page.getByLabel('Rule').fill('oven z');
  const suggested = page.locator('datalist option');
  await expect.poll(() => suggested.evaluateAll((all) => all.map(String).length)).toBe(1);
  expect(await suggested.first().getAttribute('value')).toBe('zone');
});
