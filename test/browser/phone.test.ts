import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
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
