import { expect, test } from 'vitest';
import { createTestApp, type TestApp } from '#test/support/app.ts';
import { openPage } from '#test/support/browser.ts';
import { HOT_RULE } from '#test/support/notified.ts';

/** Somebody else, with a key of their own. */
async function createColleague(app: TestApp) {
  const { body: key } = await app.call('POST', '/v1/api-keys', { name: 'Ben', scopes: ['admin'] });
  const headers = { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' };
  return async (path: string, body: unknown) => {
    const init = { method: 'PUT', headers, body: JSON.stringify(body) };
    expect((await fetch(`${app.url}${path}`, init)).status).toBe(200);
  };
}

test('a rule that somebody else changed meanwhile is not replaced before the reader has seen theirs', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'First' } });
  const putAsBen = await createColleague(app);
  const page = await openPage(context, app.url, { path: '/rules/hot' });
  const name = page.getByLabel('Name in English');
  await expect.poll(() => name.inputValue()).toBe('First');
  await name.fill('Mine');
  await putAsBen('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Theirs' } });
  const save = () => page.getByRole('button', { name: 'Save', exact: true }).click();
  const nameNow = async () => (await app.call('GET', '/v1/rules/hot')).body.name.en;
  await save();
  const dialog = page.getByRole('dialog', { name: 'hot has been changed meanwhile' });
  await dialog.getByText(/^By Ben, at /).waitFor();
  await dialog.getByRole('row', { name: /name.*Theirs.*Mine/ }).waitFor();
  await dialog.getByRole('button', { name: 'Back to the form' }).click();
  expect([await name.inputValue(), await nameNow()]).toEqual(['Mine', 'Theirs']);
  await save();
  await dialog.getByRole('button', { name: 'Save mine anyway' }).click();
  await expect.poll(nameNow).toBe('Mine');
  // What was saved stands: changed again without anybody in between, it asks nothing.
  await name.fill('Mine again');
  await save();
  await expect.poll(nameNow).toBe('Mine again');
});

test('a contact that somebody else changed meanwhile can be left as theirs; French readers are asked in French', async (context) => {
  const app = await createTestApp();
  const contact = { channel: 'null', settings: {}, language: 'en' };
  await app.put('/v1/contacts/anne', { ...contact, name: 'Anne' });
  const putAsBen = await createColleague(app);
  const page = await openPage(context, app.url, {
    path: '/notifications',
    locale: 'fr-FR',
  });
  await page.getByRole('button', { name: /^Modifier Anne/ }).click();
  await page.getByLabel('Nom', { exact: true }).fill('Anna');
  await putAsBen('/v1/contacts/anne', { ...contact, name: 'Anne Martin' });
  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'anne a été modifié entre-temps' });
  await dialog.getByText(/^Par Ben, le /).waitFor();
  await dialog.getByRole('row', { name: /name.*Anne Martin.*Anna/ }).waitFor();
  await dialog.getByRole('button', { name: 'Garder la version enregistrée' }).click();
  await page.getByText('Anne Martin').waitFor();
  expect((await app.call('GET', '/v1/contacts/anne')).body.name).toBe('Anne Martin');
});

test('Undo does not replace what somebody else has changed since', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'First' } });
  const putAsBen = await createColleague(app);
  const page = await openPage(context, app.url, { path: '/rules/hot' });
  const name = page.getByLabel('Name in English');
  await expect.poll(() => name.inputValue()).toBe('First');
  await name.fill('Mine');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await putAsBen('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Theirs' } });
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Code precondition_failed').first().waitFor();
  expect((await app.call('GET', '/v1/rules/hot')).body.name.en).toBe('Theirs');
});

test('the switch of a rule in the list changes nothing of what somebody else made of it', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'First' } });
  const putAsBen = await createColleague(app);
  const page = await openPage(context, app.url, { path: '/rules' });
  const toggle = page.getByLabel('Rule First is on');
  await toggle.waitFor();
  // Nothing is heard of what Ben does.
  await page.route('**/v1/events*', (route) => route.abort());
  await page.reload();
  await toggle.waitFor();
  await putAsBen('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Theirs' } });
  await toggle.click();
  await page.getByText('it raises no alert').waitFor();
  const { body } = await app.call('GET', '/v1/rules/hot');
  expect([body.enabled, body.name.en]).toEqual([false, 'Theirs']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await app.call('GET', '/v1/rules/hot')).body.enabled).toBe(true);
});
