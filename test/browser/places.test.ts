import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { encodePng } from '#test/support/encode-png.ts';
import { HOT_RULE, reading } from '#test/support/notified.ts';

const PLAN = { name: 'plan.png', mimeType: 'image/png', buffer: encodePng(300, 200) };
const MARKER = /^oven: /;

/** Where the sensors of the kitchen are, as the platform has them. */
async function placed(app: TestApp): Promise<unknown> {
  const { items } = (await app.call('GET', '/v1/places')).body;
  return items[0]?.sensors;
}

async function makeKitchen(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New place' }).click();
  await page.getByLabel('Name').fill('Kitchen');
  await page.getByLabel('Picture').setInputFiles(PLAN);
  await page.getByRole('button', { name: 'Make the place' }).click();
  const picture = page.getByRole('img', { name: 'Picture of Kitchen' });
  await picture.waitFor();
  await expect
    .poll(() =>
      picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
    )
    .toBe(300);
}

test('a sensor is put on a picture and moved by keyboard alone; its value is live, its alert is seen', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', HOT_RULE);
  await app.send(reading(20));
  const page = await openPage(context, app.url, { path: '/places' });
  await makeKitchen(page);
  await page.getByRole('button', { name: 'Edit' }).press('Enter');
  await page.getByLabel('Sensor', { exact: true }).fill('oven');
  await page.getByRole('button', { name: 'Put in the middle' }).press('Enter');
  const marker = page.getByRole('button', { name: MARKER });
  await expect
    .poll(() => marker.evaluate((node) => node === node.ownerDocument.activeElement))
    .toBe(true);
  for (const key of ['ArrowLeft', 'ArrowLeft', 'Shift+ArrowUp', 'ArrowDown']) {
    await page.keyboard.press(key);
  }
  await page.getByRole('button', { name: 'oven: 48% from the left, 41% from the top' }).waitFor();
  await page.getByRole('button', { name: 'Take oven off the picture' }).press('Enter');
  await expect.poll(() => marker.count()).toBe(0);
  await page.getByRole('button', { name: 'Undo the last step' }).press('Enter');
  await marker.focus();
  await page.keyboard.press('Delete');
  await expect.poll(() => marker.count()).toBe(0);
  await page.getByRole('button', { name: 'Undo the last step' }).press('Enter');
  await page.getByLabel('Name').fill('Galley');
  await page.getByRole('button', { name: 'Save' }).press('Enter');
  await page.getByText('Galley is saved.').waitFor();
  await page.getByRole('heading', { name: 'Galley', exact: true }).waitFor();
  expect(await placed(app)).toEqual([{ sensor_id: 'oven', x: 0.48, y: 0.41 }]);

  const shown = page.locator('[data-sensor="oven"]');
  await shown.getByText('20 °C').waitFor();
  expect(await shown.getByText('Critical').count()).toBe(0);
  await app.send(reading(31));
  await shown.getByText('31 °C').waitFor();
  await shown.getByText(/Warning|Critical/).waitFor();
  // A sign beside the word: never colour alone.
  expect(await shown.locator('svg').count()).toBe(1);
  await app.send(reading(19));
  await shown.getByText('19 °C').waitFor();
  await expect.poll(() => shown.getByText(/Warning|Critical/).count()).toBe(0);
  await shown.getByRole('link', { name: 'oven' }).click();
  await page.getByText('Rules that watch it').waitFor();
});

test('a sensor is put by a click and dragged; the picture fits a phone, and what is removed comes back by Undo', async (context) => {
  const app = await createTestApp();
  await app.send(reading(20));
  const page = await openPage(context, app.url, {
    path: '/places',
    viewport: { width: 390, height: 800 },
  });
  await makeKitchen(page);
  const picture = page.getByRole('img', { name: 'Picture of Kitchen' });
  const box = (await picture.boundingBox())!;
  expect(box.width).toBeLessThanOrEqual(390);
  expect(box.width).toBeGreaterThan(300);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Sensor', { exact: true }).fill('oven');
  const ground = page.getByRole('button', { name: 'Put oven here' });
  const size = (await ground.boundingBox())!;
  await ground.click({ position: { x: size.width * 0.25, y: size.height * 0.25 } });
  const marker = page.getByRole('button', { name: MARKER });
  const from = (await marker.boundingBox())!;
  const [x, y] = [from.x + from.width / 2, from.y + from.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + size.width / 4, y + size.height / 8, { steps: 4 });
  await page.mouse.move(x + size.width / 2, y + size.height / 4, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Kitchen is saved.').waitFor();
  const [{ x: left, y: top }] = (await placed(app)) as [{ x: number; y: number }];
  expect(left).toBeCloseTo(0.75, 1);
  expect(top).toBeCloseTo(0.5, 1);
  // Nothing of it makes the page wider than the phone.
  const overflow = await page.evaluate(() => {
    const { documentElement: root } = (
      globalThis as never as {
        document: { documentElement: { scrollWidth: number; clientWidth: number } };
      }
    ).document;
    return root.scrollWidth - root.clientWidth;
  });
  expect(overflow).toBe(0);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Remove the place' }).click();
  await page.getByText('Kitchen is removed.').waitFor();
  expect(await placed(app)).toBeUndefined();
  // The newest notice is the first.
  await page.getByRole('button', { name: 'Undo' }).first().click();
  await page.getByRole('link', { name: 'Kitchen' }).waitFor();
  const restored = async () => (await app.call('GET', '/v1/places')).body.items[0];
  await expect
    .poll(restored)
    .toMatchObject({ sensors: [{ x: left, y: top }], picture: { bytes: PLAN.buffer.length } });
});

test('a file that is no picture is refused in the API’s words, in French too', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/places/cuisine', { name: 'Cuisine', sensors: [] });
  const page = await openPage(context, app.url, { path: '/places', locale: 'fr-FR' });
  await page.getByRole('link', { name: 'Cuisine' }).click();
  await page.getByText('Ce lieu n’a pas encore d’image').waitFor();
  await page.getByRole('button', { name: 'Modifier' }).click();
  const svg = readFileSync(new URL('../../web/public/favicon.svg', import.meta.url));
  const file = { name: 'plan.svg', mimeType: 'image/svg+xml', buffer: svg };
  await page.getByLabel('Choisir l’image').setInputFiles(file);
  await page.getByText('Code unsupported_media_type').first().waitFor();
  await page.getByLabel('Choisir l’image').setInputFiles(PLAN);
  await page.getByText('L’image est enregistrée.').waitFor();
  await page.getByRole('img', { name: 'Image de Cuisine' }).waitFor();
});

test('Undo takes a saved change back, and does not bring back a place that is gone', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/places/hall', { name: 'Hall', sensors: [] });
  const page = await openPage(context, app.url, { path: '/places/hall' });
  const rename = async (name: string) => {
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`${name} is saved.`).waitFor();
  };
  const undo = () => page.getByRole('button', { name: 'Undo', exact: true }).first().click();
  await rename('Lobby');
  await undo();
  await page.getByRole('heading', { name: 'Hall', exact: true }).waitFor();
  await rename('Foyer');
  await app.call('DELETE', '/v1/places/hall');
  await undo();
  await page.getByText('There is no place hall.').first().waitFor();
  expect((await app.call('GET', '/v1/places')).body.items).toEqual([]);
});

test('a place of many sensors asks once for all of them, and is shown anew as somebody else changes it', async (context) => {
  const app = await createTestApp();
  const ids = Array.from({ length: 60 }, (_, at) => `meter-${at}`);
  await app.send(...ids.map((id) => reading(20, id)));
  const at = (id: string, x: number) => ({ sensor_id: id, x, y: 0.5 });
  const sensors = ids.map((id, index) => at(id, index / 60));
  await app.put('/v1/places/hall', { name: 'Hall', sensors: [...sensors, at('nobody', 1)] });
  const page = await openPage(context, app.url, { path: '/places' });
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/v1/sensors')) asked.push(pathname);
  });
  await page.getByRole('link', { name: 'Hall' }).click();
  await page.locator('[data-sensor="meter-59"]').getByText('20 °C').waitFor();
  await page.locator('[data-sensor="nobody"]').getByText('Not registered').waitFor();
  expect(asked).toEqual(['/v1/sensors']);
  const { body } = await app.call('PUT', '/v1/places/hall', {
    name: 'Lobby',
    sensors: [at('meter-3', 0.2)],
  });
  expect(body.name).toBe('Lobby');
  await page.getByRole('heading', { name: 'Lobby' }).waitFor();
  await page.locator('[data-sensor="meter-59"]').waitFor({ state: 'detached' });
  await page.locator('[data-sensor="meter-3"]').getByText('20 °C').waitFor();
  await app.call('PATCH', '/v1/sensors/meter-3', { name: 'Third' });
  await page.getByRole('link', { name: 'Third' }).waitFor();
});

test('of two people who change a place at once, the second is told and overwrites nothing unseen', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/places/hall', { name: 'Hall', sensors: [] });
  const page = await openPage(context, app.url, { path: '/places/hall' });
  await page.getByRole('button', { name: 'Edit' }).click();
  const name = page.getByLabel('Name');
  await name.fill('Mine');
  await page.getByLabel('Choose the picture').setInputFiles(PLAN);
  await page.getByText('The picture is saved.').waitFor();
  // One's own picture is nobody else's change.
  await page.getByRole('img', { name: 'Picture of Hall' }).waitFor();
  const behind = page.getByText('This place has been changed elsewhere');
  expect(await behind.count()).toBe(0);
  await app.put('/v1/places/hall', { name: 'Theirs', sensors: [] });
  await behind.waitFor();
  expect(await name.inputValue()).toBe('Mine');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Code precondition_failed').first().waitFor();
  expect((await app.call('GET', '/v1/places/hall')).body.name).toBe('Theirs');
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await behind.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Mine', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await name.fill('Mine again');
  await app.put('/v1/places/hall', { name: 'Theirs again', sensors: [] });
  await page.getByRole('button', { name: 'Show the other' }).click();
  expect(await name.inputValue()).toBe('Theirs again');
});
