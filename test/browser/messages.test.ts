import { expect, test } from 'vitest';
import { createTestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { addReceiver, events, HOT_RULE, reading } from '#test/support/notified.ts';

test('words that are written on the page are in the next message; the usual words come back, and Undo brings them again', async (context) => {
  const app = await createTestApp();
  const desk = await addReceiver(app, 'desk');
  await app.put('/v1/rules/hot', HOT_RULE);
  const { alerts } = await app.send(reading(31));
  await expect.poll(() => desk.received.length).toBe(1);
  const page = await openPage(context, app.url, { path: '/notifications/messages' });
  await page.getByText('The usual words', { exact: true }).click();
  await page.getByText('[Critical] Freezer too warm: Freezer 3').waitFor();
  await page.getByRole('button', { name: 'New template' }).click();
  await page.getByRole('checkbox', { name: 'For everybody' }).check();
  const text = page.getByRole('textbox', { name: 'Text, English' });
  await text.fill('Look after {wat}');
  await page.getByText('there is no {wat}').first().waitFor();
  await page.getByText('Code template_invalid').waitFor();
  await text.fill('Look after ');
  await page.getByText('One text asks somebody to act').waitFor();
  await page.getByText('What a text may name in braces').click();
  await page.getByRole('button', { name: 'Insert {sensor_id}', exact: true }).click();
  await expect.poll(() => text.inputValue()).toBe('Look after {sensor_id}');
  await page.keyboard.type(': {value}!');
  const preview = page.getByRole('article', { name: 'In English' });
  await preview.getByText('Look after freezer-3: -9.1 °C!').waitFor();
  await preview.getByText('Subject in the usual words').waitFor();
  await page.getByLabel('About').selectOption(alerts[0].id);
  await preview.getByText('Look after oven: 31 °C!').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('default is saved.').waitFor();
  await page.getByText('Serves every contact').waitFor();
  await app.send(reading(20), reading(32, 'stove'));
  await desk.waitFor(3);
  const words = events(desk).map(({ data }) => data.message);
  expect(words.some((message) => /^Look after stove: 32\s°C!/.test(message))).toBe(true);
  await page.getByRole('button', { name: 'Remove default' }).click();
  await page.getByText('default is removed.').waitFor();
  await app.send(reading(33, 'hob'));
  await desk.waitFor(4);
  expect(events(desk)[3]!.data.message).not.toContain('Look after');
  await page
    .getByText('default is removed.')
    .locator('xpath=ancestor::*[.//button[normalize-space()="Undo"]][1]')
    .getByRole('button', { name: 'Undo' })
    .click();
  await page.locator('[data-document="default"]').waitFor();
  await app.send(reading(34, 'grill'));
  await desk.waitFor(5);
  expect(events(desk)[4]!.data.message).toMatch(/^Look after grill: 34\s°C!/);
});

test('a template in both languages for some channels is changed on the page, and what is not changed stays to the letter', async (context) => {
  const app = await createTestApp();
  const texts = [
    { language: 'en', subject: '{sensor}', text: '{headline}\n{value}' },
    { language: 'fr', text: '{headline}\n\n{value}' },
    { language: 'en', channels: ['webhook'], on: ['cleared'], short: 'Well again' },
  ];
  await app.put('/v1/templates/kitchen', { name: 'Kitchen', texts, managed_by: 'apply:default' });
  await app.put('/v1/contacts/anne', {
    name: 'Anne',
    channel: 'null',
    settings: {},
    template: 'kitchen',
  });
  const page = await openPage(context, app.url, { path: '/notifications/messages' });
  const kitchen = page.locator('[data-document="kitchen"]');
  await kitchen.getByText('Named by Anne').waitFor();
  await kitchen.getByText('webhook · back to normal (en)').waitFor();
  await page.getByRole('button', { name: 'Remove Kitchen' }).click();
  await page.getByText('Code invalid_state').first().waitFor();
  await page.getByRole('button', { name: 'Change Kitchen' }).click();
  const cleared = page.getByRole('group', { name: 'Words 2: webhook · back to normal' });
  await cleared.getByLabel('Short form, French').fill('Tout va bien');
  await page.getByRole('button', { name: 'Usual words for Subject, English' }).click();
  await page.getByText('Subject, English: in the usual words again').waitFor();
  await page.getByLabel('When it is').selectOption('cleared');
  await page.getByLabel('Channel', { exact: true }).selectOption('webhook');
  const preview = page.getByRole('article', { name: 'In French' });
  await preview.getByText('Tout va bien').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('kitchen is saved.').waitFor();
  const { body } = await app.call('GET', '/v1/templates/kitchen');
  expect(body).toMatchObject({ name: 'Kitchen', managed_by: 'apply:default' });
  const french = { language: 'fr', channels: ['webhook'], on: ['cleared'], short: 'Tout va bien' };
  expect(body.texts).toEqual([
    { language: 'en', text: texts[0]!.text },
    texts[1],
    texts[2],
    french,
  ]);
});
