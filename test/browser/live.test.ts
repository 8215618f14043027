import { expect, onTestFinished, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { createFaultProxy } from '#test/support/fault-proxy.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';
import { ADMIN_KEY, freePort } from '#test/support/spawn-platform.ts';

test('a platform that restarts under the page is seen as stale, and live again without a reload', async (context) => {
  const app = await createTestApp({ VIGIE_HTTP_PORT: String(await freePort()) });
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(20));
  const page = await openPage(context, app.url);
  await page.locator('[data-connection="live"]').waitFor();
  const tile = page.locator('[data-sensor="oven"]');
  await tile.getByText('20 °C').waitFor();
  const restarted = app.restart();
  await page.locator('[data-connection="stale"]').waitFor();
  await page.getByText('The connection is lost since').waitFor();
  // What was there stays there.
  expect(await tile.getByText('20 °C').count()).toBe(1);
  await restarted;
  await app.send(reading(33));
  await page.locator('[data-connection="live"]').waitFor();
  await page.getByRole('button', { name: 'Acknowledge the alert of oven' }).waitFor();
  expect(await page.getByText('The connection is lost since').count()).toBe(0);
});

test('a line that says nothing any more, without an end, is seen as stale, and healed', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  const proxy = await createFaultProxy(Number(new URL(app.url).port), onTestFinished);
  const page = await openPage(context, 'about:blank', { isSignedIn: false, path: '' });
  await page.clock.install();
  await page.goto(`http://127.0.0.1:${proxy.port}/#key=${ADMIN_KEY}`);
  await page.locator('[data-connection="live"]').waitFor();
  // A minute with heartbeats, or readings, is no silence.
  for (let second = 0; second < 60; second += 20) {
    await app.send(reading(21 + second));
    await page
      .locator('[data-sensor="oven"]')
      .getByText(`${21 + second} °C`)
      .waitFor();
    await page.clock.fastForward(20_000);
  }
  expect(await page.locator('[data-connection="live"]').count()).toBe(1);
  proxy.cut();
  await page.clock.fastForward(60_000);
  await page.locator('[data-connection="stale"]').waitFor();
  proxy.heal();
  await page.locator('[data-connection="live"]').waitFor();
});

test('a page in the background, which has no frames, goes on taking in what comes', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  const page = await openPage(context, 'about:blank', { isSignedIn: false, path: '' });
  await page.addInitScript('globalThis.requestAnimationFrame = () => 0');
  await page.goto(`${app.url}/#key=${ADMIN_KEY}`);
  await page.locator('[data-connection="live"]').waitFor();
  await app.send(reading(23));
  await page.locator('[data-sensor="oven"]').getByText('23 °C').waitFor();
});

test('the language is switched in place, remembered, and said to screen readers', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20.5));
  const page = await openPage(context, app.url);
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('heading', { name: 'Vue d’ensemble' }).waitFor();
  await page.locator('[data-sensor="oven"]').getByText('20,5 °C').waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  await page.reload();
  await page.getByRole('heading', { name: 'Vue d’ensemble' }).waitFor();
});

test('whatever is changed elsewhere is shown at once, page by page, without a reload', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  await app.put('/v1/contacts/anne', { name: 'Anne', channel: 'null', settings: {} });
  const page = await openPage(context, app.url, { path: '/rules' });
  await page.locator('[data-connection="live"]').waitFor();
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) loads += 1;
  });
  const go = async (name: string) => {
    await page.getByRole('link', { name, exact: true }).first().click();
  };
  const named = (name: string) => page.getByText(name, { exact: true });
  const gone = (name: string) => named(name).first().waitFor({ state: 'detached' });
  /** Made, changed and removed by the API while the page of it is open. */
  const follow = async (path: string, body: object, fields: [first: object, second: object]) => {
    const [first, second] = fields;
    await app.put(path, { ...body, ...first });
    await named('Before').first().waitFor();
    await app.put(path, { ...body, ...second });
    await named('After').first().waitFor();
    await gone('Before');
    await app.call('DELETE', path);
    await gone('After');
  };
  const names: [object, object] = [{ name: 'Before' }, { name: 'After' }];
  await follow('/v1/rules/hot', HOT_RULE, [{ name: { en: 'Before' } }, { name: { en: 'After' } }]);
  await go('Places');
  await follow('/v1/places/hall', { sensors: [] }, names);
  await go('Notifications');
  await follow('/v1/contacts/ben', { channel: 'null', settings: {} }, names);
  await go('Policies');
  await follow('/v1/policies/night', { steps: [{ contacts: ['anne'] }] }, names);
  await go('On call');
  const rotation = { contacts: ['anne'], starts_at: '2026-01-05T08:00:00Z', shift: '7d' };
  await follow('/v1/on-call/nights', { ...rotation, time_zone: 'Europe/Paris' }, names);
  await go('Maintenance');
  const window = { starts_at: '2030-01-05T08:00:00Z', duration: '1h', time_zone: 'Europe/Paris' };
  await follow('/v1/maintenance-windows/defrost', window, names);
  await go('Settings');
  const { body } = await app.call('POST', '/v1/api-keys', { name: 'cellar', scopes: ['ingest'] });
  await page.getByRole('button', { name: 'Revoke the key cellar' }).waitFor();
  await app.call('DELETE', `/v1/api-keys/${body.id}`);
  await page.getByRole('row').filter({ hasText: 'cellar' }).getByText('Revoked').waitFor();
  expect(loads).toBe(0);
});

test('sensors that are named, labelled, taken out of service, made and removed elsewhere are shown so at once', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  const list = await openPage(context, app.url, { path: '/sensors' });
  const one = await openPage(context, app.url, { path: '/sensors/oven' });
  const overview = await openPage(context, app.url);
  const row = list.getByRole('row').filter({ hasText: 'oven' });
  for (const page of [list, one, overview])
    await page.locator('[data-connection="live"]').waitFor();
  await row.waitFor();
  await app.call('PATCH', '/v1/sensors/oven', { name: 'Big oven', labels: { site: 'lyon' } });
  for (const page of [list, one, overview]) await page.getByText('Big oven').first().waitFor();
  await one.getByText('lyon').first().waitFor();
  await app.call('POST', '/v1/sensors/oven/out-of-service', { reason: 'cleaning' });
  await row.getByText('Out of service').waitFor();
  await one.getByText('Out of service').first().waitFor();
  await app.call('DELETE', '/v1/sensors/oven/out-of-service');
  await row.getByText('Out of service').waitFor({ state: 'detached' });
  await app.send(reading(4, 'fridge'));
  await list.getByRole('link', { name: 'fridge' }).waitFor();
  await overview.locator('[data-sensor="fridge"]').getByText('4 °C').waitFor();
  await app.call('DELETE', '/v1/sensors/fridge');
  await list.getByRole('link', { name: 'fridge' }).waitFor({ state: 'detached' });
  await overview.locator('[data-sensor="fridge"]').waitFor({ state: 'detached' });
  await app.call('POST', '/v1/simulation', { sensors: 1 });
  await overview.locator('[data-simulation]').waitFor();
  await app.call('DELETE', '/v1/simulation');
  await overview.locator('[data-simulation]').waitFor({ state: 'detached' });
});

test('what is done to an alert elsewhere is on its page and in the list at once', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31));
  const [{ id }] = (await app.call('GET', '/v1/alerts')).body.items;
  const one = await openPage(context, app.url, { path: `/alerts/${id}` });
  const list = await openPage(context, app.url, { path: '/alerts' });
  for (const page of [one, list]) await page.locator('[data-connection="live"]').waitFor();
  await app.call('POST', `/v1/alerts/${id}/comment`, { comment: 'The door was open' });
  await one.getByText('The door was open').waitFor();
  await app.call('POST', `/v1/alerts/${id}/assign`, { assignee: 'ben' });
  for (const page of [one, list]) await page.getByText('ben').first().waitFor();
  await app.call('POST', `/v1/alerts/${id}/shelve`, { for: '1h', reason: 'defrosting' });
  await one.getByText('defrosting').first().waitFor();
  await app.call('POST', `/v1/alerts/${id}/unshelve`, {});
  await app.call('DELETE', '/v1/rules/hot');
  await one.getByText('back to normal').first().waitFor();
});

test('a rule that is changed elsewhere is shown anew, and nothing that was typed is lost', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'First' } });
  const page = await openPage(context, app.url, { path: '/rules/hot' });
  const name = page.getByLabel('Name in English');
  await expect.poll(() => name.inputValue()).toBe('First');
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Second' } });
  await expect.poll(() => name.inputValue()).toBe('Second');
  await name.fill('Mine');
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Third' } });
  await page.getByText('This rule has been changed elsewhere').waitFor();
  expect(await name.inputValue()).toBe('Mine');
  await page.getByRole('button', { name: 'Show the other' }).click();
  await expect.poll(() => name.inputValue()).toBe('Third');
  expect(await page.getByText('This rule has been changed elsewhere').count()).toBe(0);
});

test('a sensor that falls silent is shown so at once, and heard again it is not silent any more', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/quiet', { when: { silent: '3s' } });
  await app.send(reading(20));
  const list = await openPage(context, app.url, { path: '/sensors' });
  const one = await openPage(context, app.url, { path: '/sensors/oven' });
  const row = list.getByRole('row').filter({ hasText: 'oven' });
  const places = [row, one.locator('main header')];
  const both = (text: string) =>
    Promise.all(places.map((place) => place.getByText(text, { exact: true }).waitFor()));
  await both('Silent');
  await app.send(reading(21));
  await both('OK');
  // What was heard while the page was open does not hide that it is silent again.
  await both('Silent');
});
