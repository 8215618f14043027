import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp, type Json } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';
import { createPushService, openWorker } from '#test/support/pushed-worker.ts';

/** A phone in the hand of somebody who was asleep. */
const PHONE = {
  viewport: { width: 375, height: 812 },
  hasTouch: true,
  isMobile: true,
  colorScheme: 'dark',
} as const;

/**
 * What a thumb would miss or a page would lose: targets under 24 by 24 pixels (WCAG 2.2, 2.5.8; words within a sentence are
 * let off, and what stands off the screen), and whatever is wider than the page.
 */
const FAULTS = `(() => {
  const name = (element) => element.tagName.toLowerCase() + ' ' +
    JSON.stringify((element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 40));
  const isInText = (element) => getComputedStyle(element).display === 'inline' &&
    element.parentElement.textContent.trim() !== element.textContent.trim();
  const targets = document.querySelectorAll('a[href], button, input, select, textarea, summary');
  const small = [...targets].flatMap((element) => {
    const boxes = [element, element.closest('label') ?? element].map((one) => one.getBoundingClientRect());
    const [width, height, bottom] = ['width', 'height', 'bottom'].map((side) => Math.max(...boxes.map((box) => box[side])));
    if (width === 0 || bottom <= 0 || isInText(element)) return [];
    const isHidden = element.matches('.visually-hidden, [aria-hidden="true"], [tabindex="-1"]');
    if (isHidden || (width >= 24 && height >= 24)) return [];
    return [name(element) + ' is ' + Math.round(width) + ' x ' + Math.round(height)];
  });
  const page = document.documentElement;
  const isWide = page.scrollWidth > 375;
  const wide = !isWide ? [] : [...document.body.querySelectorAll('*')]
    .filter((element) => element.getBoundingClientRect().right > 376 && !element.closest('nav, table'))
    .slice(0, 5).map((element) => name(element) + ' ends at ' + Math.round(element.getBoundingClientRect().right));
  return [...new Set([...small, ...(isWide ? ['the page is ' + page.scrollWidth + ' wide'] : []), ...wide])];
})()`;

/** Once the page shows `sign`; without one, its form. */
async function faultsOf(page: Page, sign: string): Promise<string[]> {
  const main = page.getByRole('main');
  await (sign === '' ? main.locator('form') : main.getByText(sign)).first().waitFor();
  return page.evaluate<string[]>(FAULTS);
}

for (const locale of ['en-GB', 'fr-FR']) {
  test(`every page fits a phone, and a thumb every control (${locale})`, {
    timeout: 120_000,
  }, async (context) => {
    const app = await createTestApp();
    const rule = {
      ...HOT_RULE,
      name: { en: 'Oven too hot for its load', fr: 'Four trop chaud (hot)' },
    };
    await app.put('/v1/rules/hot', rule);
    await app.put('/v1/templates/ours', { texts: [{ language: 'en', text: '{value}' }] });
    await app.put('/v1/contacts/anne', { channel: 'null', settings: {} });
    await app.put('/v1/policies/all', { name: 'Anne', steps: [{ contacts: ['anne'] }] });
    const shifts = { shift: '7d', time_zone: 'Europe/Paris', starts_at: '2026-01-05T07:00:00Z' };
    await app.put('/v1/on-call/nights', { ...shifts, contacts: ['anne'] });
    const window = { starts_at: '2026-01-05T02:00:00Z', duration: '2h', time_zone: 'Europe/Paris' };
    await app.put('/v1/maintenance-windows/defrost', { ...window, recurrence: 'FREQ=WEEKLY' });
    await app.put('/v1/places/kitchen', {
      name: 'Kitchen',
      sensors: [{ sensor_id: 'oven', x: 0.5, y: 0.5 }],
    });
    await app.send(
      reading(20, 'fridge'),
      reading(31),
      reading(35, 'a-sensor-with-quite-a-long-name-01'),
    );
    const { items } = (await app.call('GET', '/v1/alerts')).body;
    const isLong = ({ sensor_id }: Json) => sensor_id.length > 30;
    const page = await openPage(context, app.url, { ...PHONE, locale });
    const faults: Record<string, string[]> = {};
    for (const [path, sign] of [
      ['/', 'oven'],
      ['/sensors', 'fridge'],
      ['/sensors/oven', 'oven'],
      ['/alerts', 'oven'],
      [`/alerts/${items.find(isLong).id}`, '35'],
      ['/rules', 'hot'],
      ['/rules/hot', 'hot'],
      ['/rules/-', ''],
      ['/notifications', 'anne'],
      ['/notifications/policies', 'Anne'],
      ['/notifications/on-call', 'nights'],
      ['/notifications/maintenance', 'defrost'],
      ['/notifications/preview', ''],
      ['/notifications/ledger', 'anne'],
      ['/notifications/messages', 'ours'],
      ['/alarm-quality', 'oven'],
      ['/places', 'Kitchen'],
      ['/places/kitchen', 'oven'],
      ['/settings', ''],
    ] as const) {
      await page.goto(`${app.url}${path}`);
      const found = await faultsOf(page, sign);
      if (found.length > 0) faults[path] = found;
    }
    expect(faults).toEqual({});
  });
}

test('somebody woken by a notification acknowledges with two touches, on any browser', async (context) => {
  const app = await createTestApp();
  const service = await createPushService();
  const { subscription: settings } = service;
  await app.put('/v1/contacts/phone', { channel: 'push', settings });
  await app.put('/v1/rules/hot', HOT_RULE);
  const page = await openPage(context, app.url, { ...PHONE, permissions: ['notifications'] });
  const worker = await openWorker(page);
  const { alerts } = await app.send(reading(31));
  await worker.deliver(await service.message(1));
  await expect.poll(worker.shown).toMatchObject([{ tag: alerts[0].id }]);
  await page.locator('[data-connection="live"]').waitFor();

  // The first touch; the buttons of a notification are not everywhere.
  await worker.touch(alerts[0].id);
  const acknowledge = page.getByRole('button', { name: /^Acknowledge/ });
  await acknowledge.waitFor();
  // It is there without a scroll, above the pages under the thumb.
  const box = (await acknowledge.boundingBox())!;
  const pages = (await page.getByRole('navigation', { name: 'Pages' }).boundingBox())!;
  expect(box.y + box.height).toBeLessThan(pages.y);
  await acknowledge.tap();
  await page.getByText('acknowledged by').waitFor();
  expect((await app.call('GET', `/v1/alerts/${alerts[0].id}`)).body.acknowledged).toBe(true);
});

test('where sounds are muted every page says so, and one touch brings them back', async (context) => {
  const { url } = await createTestApp();
  const page = await openPage(context, url, { ...PHONE, path: '/alerts' });
  await page.getByRole('button', { name: 'Mute sounds' }).tap();
  await page.goto(url);
  const sign = page.getByRole('button', { name: 'Sounds are muted: hear them again' });
  await sign.tap();
  await page.getByText('Alerts are heard again.').waitFor();
  await sign.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo' }).tap();
  await sign.waitFor();
});
