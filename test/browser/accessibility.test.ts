import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds against WCAG 2.2 AA; run from outside, since the page's own policy lets no foreign script in. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(
    (tags) =>
      (
        globalThis as never as { axe: { run(o: object): Promise<{ violations: Result[] }> } }
      ).axe.run({ runOnly: { type: 'tag', values: tags } }),
    STANDARDS,
  );
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page breaks WCAG 2.2 AA (${colorScheme})`, { timeout: 120_000 }, async (context) => {
    const app = await createTestApp({ VIGIE_LATE_AFTER: '1ms' });
    const page = await openPage(context, app.url, { colorScheme });
    await page.getByRole('heading', { name: 'Send a first reading' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await app.put('/v1/rules/hot', HOT_RULE);
    await app.put('/v1/templates/ours', { texts: [{ language: 'en', text: '{value}' }] });
    await app.put('/v1/contacts/anne', { channel: 'null', settings: {}, template: 'ours' });
    await app.put('/v1/policies/all', { name: 'All alerts', steps: [{ contacts: ['anne'] }] });
    const shifts = { shift: '7d', time_zone: 'Europe/Paris', starts_at: '2026-01-05T07:00:00Z' };
    await app.put('/v1/on-call/nights', { ...shifts, contacts: ['anne'] });
    await app.send(reading(20, 'fridge'), reading(31));
    const { registered_at } = (await app.call('GET', '/v1/sensors/fridge')).body;
    const afterwards = new Date(Date.parse(registered_at) + 1).toISOString();
    await app.send({ ...reading(20, 'fridge'), timestamp: afterwards });
    const sensors = ['oven', 'fridge', 'gone'].map((sensor_id, i) => ({
      sensor_id,
      x: i / 2,
      y: i / 2,
    }));
    await app.put('/v1/places/kitchen', { name: 'Kitchen', sensors });
    const { items } = (await app.call('GET', '/v1/alerts')).body;
    for (const [path, sign] of [
      [`/alerts/${items[0].id}`, 'What happened'],
      ['/', 'What is wrong now'],
      ['/alerts', 'back to normal'],
      ['/notifications', 'anne'],
      ['/notifications/policies', 'All alerts'],
      ['/notifications/on-call', 'On call now'],
      ['/notifications/maintenance', 'No maintenance'],
      ['/notifications/messages', 'Named by'],
      ['/notifications/preview', 'Nothing is sent'],
      ['/notifications/ledger', 'anne'],
      ['/alarm-quality', 'Who raises most'],
      ['/settings', 'API keys'],
      ['/rules', 'temperature above 30'],
      ['/rules/-', 'What it would have done'],
      ['/rules/hot', 'What it would have done'],
      ['/places', 'Kitchen'],
      ['/places/kitchen', 'Not registered'],
      ['/sensors', 'fridge'],
      ['/sensors/oven', 'Rules that watch it'],
      ['/sensors/fridge', 'Arrived late'],
      ['/nothing', 'This page does not exist'],
    ] as const) {
      if (path === '/alerts') await app.send(reading(20));
      await page.goto(`${app.url}${path}`);
      await page.getByText(sign).first().waitFor();
      expect([path, await violations(page)]).toEqual([path, []]);
    }
    for (const [path, name, sign] of [
      ['/notifications', 'Change anne', 'Quiet hours'],
      ['/notifications/policies', 'Change All alerts', 'Grouping'],
      ['/notifications/on-call', 'Change nights', 'First handover'],
      ['/notifications/maintenance', 'New window', 'Repeats'],
      ['/notifications/messages', 'Change ours', 'in your words'],
    ] as const) {
      await page.goto(`${app.url}${path}`);
      await page.getByRole('button', { name }).click();
      await page.getByText(sign).first().waitFor();
      for (const add of ['Add quiet hours', 'Another step', 'Add an exception']) {
        const button = page.getByRole('button', { name: add });
        if ((await button.count()) > 0) await button.click();
      }
      expect([name, await violations(page)]).toEqual([name, []]);
    }
    await page.goto(`${app.url}/sensors/fridge`);
    await page.getByRole('button', { name: 'As a table' }).click();
    await page.getByRole('columnheader', { name: 'Arrived late' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${app.url}/places/kitchen`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Sensor', { exact: true }).fill('cellar');
    await page.getByRole('button', { name: 'Put cellar here' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
}

test('everything on the alerts page can be done by keyboard alone', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(31));
  const page = await openPage(context, app.url, { path: '/alerts' });
  await page.getByRole('button', { name: 'Acknowledge the alert of oven' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  const label = 'Acknowledge the alert of oven';
  const isFocused = async () => (await page.locator(':focus').getAttribute('aria-label')) === label;
  for (let i = 0; i < 20 && !(await isFocused()); i += 1) await page.keyboard.press('Tab');
  expect(await isFocused()).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByText('acknowledged by').waitFor();
});
