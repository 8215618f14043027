import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { reading } from '#test/support/notified.ts';

const MINUTE = 60_000;

test('numbers of any size can be read, and a meter to its last unit', async (context) => {
  const app = await createTestApp();
  const readings = { amplitude: -1.797e308, counter: 123_456_789, tiny: 2.5e-300 };
  await app.send({ sensor_id: 'meter', readings });
  const page = await openPage(context, app.url);
  const tile = page.locator('[data-sensor="meter"]');
  for (const text of ['123,456,789', '-1.797E308', '2.5E-300'])
    await tile.getByText(text).waitFor();
  const width = await tile.evaluate((node) => {
    const { scrollWidth, clientWidth } = node as never as Record<string, number>;
    return Number(scrollWidth) - Number(clientWidth);
  });
  expect(width).toBe(0);
  const at = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
  await app.send(
    ...[1, -1, 1, -1].map((sign, index) => ({
      sensor_id: 'meter',
      timestamp: at(200 - index * 40),
      readings: { amplitude: sign * 1.79e308 },
    })),
  );
  await page.goto(`${app.url}/sensors`);
  // Both ends of what a double holds are drawn; what cannot be would be an error in the console.
  const line = page.locator('[data-sensor="meter"] svg:not(.lucide) path');
  await expect.poll(() => line.getAttribute('d')).toMatch(/(L.+){2}/);
  await page.goto(`${app.url}/sensors/meter?metrics=amplitude`);
  await page
    .getByRole('img', { name: /History of meter/ })
    .locator('canvas')
    .waitFor();
});

test('four of many metrics are drawn and no control pretends more; the way back leads to the same list', async (context) => {
  const app = await createTestApp();
  const metrics = Array.from({ length: 30 }, (_, at) => `m${at}`);
  await app.send({
    sensor_id: 'oven',
    readings: Object.fromEntries(metrics.map((name) => [name, 1])),
  });
  await app.send(reading(4, 'fridge'));
  const page = await openPage(context, app.url, { path: '/sensors?q=ov&status=ok' });
  await page.getByRole('link', { name: 'oven' }).click();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  for (const name of ['m1', 'm2', 'm3']) await button(name).click();
  await page.getByText('At most 4 lines are drawn').waitFor();
  expect(await button('m4').isDisabled()).toBe(true);
  await button('m0').click();
  await button('m4').click();
  const address = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  expect(new URLSearchParams(address?.split('?')[1]).get('sensor_id')).toBe('oven');
  await page.getByRole('link', { name: 'All sensors' }).click();
  await page.getByRole('link', { name: 'oven' }).waitFor();
  expect(new URL(page.url()).search).toBe('?q=ov&status=ok');
  expect(await page.getByRole('link', { name: 'fridge' }).count()).toBe(0);
});

test('what is compared is exported with it', async (context) => {
  const app = await createTestApp();
  await app.send(reading(4, 'fridge'), reading(5, 'oven'));
  const page = await openPage(context, app.url, { path: '/sensors/oven' });
  await page.getByLabel('Compare with').fill('fridge');
  await page.getByRole('button', { name: 'Add this sensor' }).click();
  const address = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
  const asked = new URLSearchParams(address?.split('?')[1]);
  expect([asked.get('sensor_id'), asked.get('metric')]).toEqual(['oven,fridge', 'temperature']);
});

test('a range is typed key by key while readings come; one that ends before it begins is said, and not taken', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  const page = await openPage(context, app.url, { path: '/sensors/oven?range=15m' });
  const facts = page.locator('section[aria-labelledby="facts"]');
  const edge = (name: string) => page.getByLabel(name, { exact: true });
  const inAddress = (name: string) => new URL(page.url()).searchParams.get(name);
  await edge('From').focus();
  // Month, day and year, then hours and minutes, as this browser has them; a year may have six digits and is left by a key.
  for (const [at, keys] of ['11', '03', '2026', 'ArrowRight', '09', '15', 'AM'].entries()) {
    if (keys.startsWith('Arrow')) await page.keyboard.press(keys);
    else await page.keyboard.type(keys);
    // The picture goes on meanwhile; what is typed stays.
    await app.send(reading(30 + at));
    await facts.getByText(`${30 + at} °C`).waitFor();
  }
  await expect.poll(() => inAddress('from')).toBe('2026-11-03T08:15:00.000Z');
  const to = inAddress('to');
  await edge('To').fill('2026-11-02T09:15');
  await page.getByText('From must lie before To.').waitFor();
  expect([inAddress('from'), inAddress('to')]).toEqual(['2026-11-03T08:15:00.000Z', to]);
});

test('each number of the overview leads to what it counts: out of service, silent, critical and active', async (context) => {
  const app = await createTestApp();
  const levels = [
    { limit: 30, severity: 'critical' },
    { limit: 25, severity: 'warning' },
  ];
  await app.put('/v1/rules/hot', { when: { metric: 'temperature', above: levels } });
  await app.send(reading(31), reading(31, 'kiln'), reading(20, 'bench'), reading(27, 'room'));
  await app.send(reading(20, 'kiln'));
  const { status } = await app.call('POST', '/v1/sensors/bench/out-of-service', {
    reason: 'repair',
  });
  expect(status).toBe(200);
  const page = await openPage(context, app.url);
  const figures = page.getByRole('list', { name: 'The fleet' });
  await figures.getByRole('link', { name: '1 out of service' }).click();
  await page.getByRole('link', { name: 'bench' }).waitFor();
  await page.getByText('1 sensor', { exact: true }).waitFor();
  expect(await page.getByLabel('Status').inputValue()).toBe('out_of_service');
  await page.getByLabel('Status').selectOption('OK');
  await page.getByText('4 sensors').waitFor();
  await page.goBack();
  await figures.getByRole('link', { name: '1 critical' }).click();
  await page.getByRole('button', { name: 'Only active' }).waitFor();
  await expect.poll(() => page.locator('[data-alert]').count()).toBe(1);
  // Without it what is over and was not acknowledged is there as well.
  await page.getByRole('button', { name: 'Only active' }).click();
  await expect.poll(() => page.locator('[data-alert]').count()).toBe(2);
});
