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
  await dialog.getByRole('row', { name: 'Name in English Theirs Mine', exact: true }).waitFor();
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
  await dialog.getByRole('row', { name: 'Nom Anne Martin Anna', exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Garder la version enregistrée' }).click();
  await page.getByText('Anne Martin').waitFor();
  expect((await app.call('GET', '/v1/contacts/anne')).body.name).toBe('Anne Martin');
});

test('what was changed meanwhile is told in the words of the form, part by part, in both languages', async (context) => {
  const app = await createTestApp();
  await app.put('/v1/rules/hot', { ...HOT_RULE, name: { en: 'Hot', fr: 'Chaud' } });
  const putAsBen = await createColleague(app);
  const page = await openPage(context, app.url, { path: '/rules/hot' });
  const name = page.getByLabel('Name in French');
  await expect.poll(() => name.inputValue()).toBe('Chaud');
  await name.fill('Très chaud');
  const level = { limit: 40, severity: 'critical' };
  await putAsBen('/v1/rules/hot', {
    ...{ name: { en: 'Hot', fr: 'Chaud' }, enabled: false, where: { labels: { site: 'lyon' } } },
    when: { metric: 'temperature', above: [level], on_delay: '5m' },
    schedule: { time_zone: 'UTC', windows: [{ days: ['mon', 'tue'], from: '08:00', to: '18:00' }] },
  });
  const rows = async () => {
    const all = page.getByRole('dialog').getByRole('row');
    await all.nth(1).waitFor();
    const cells = await all.evaluateAll((some) =>
      some.map((row) =>
        [...(row as never as { cells: { textContent: string }[] }).cells].map(
          (cell) => cell.textContent,
        ),
      ),
    );
    return cells
      .slice(1)
      .map((texts) => texts.join(' | '))
      .toSorted();
  };
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  expect(await rows()).toEqual([
    'Above a limit | Limit: 40 · Severity: Critical | Limit: 30',
    'Labels | site: lyon | –',
    'On delay | 5m | –',
    'The rule is on | Off | On',
    'Time zone | UTC | –',
    'When it watches | Days: Mon, Tue · From: 08:00 · To: 18:00 | –',
  ]);
  await page.getByRole('button', { name: 'Back to the form' }).click();
  await page.getByRole('button', { name: 'Français' }).click();
  await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  expect((await rows())[0]).toBe(
    'Au-dessus d’une limite | Limite : 40 · Gravité : Critique | Limite : 30',
  );
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
