import { expect, test } from 'vitest';
import type { Contact } from '#domain/notification.ts';
import { insertNotifications, recordAttempts } from '#storage/state/outbox.ts';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { notificationRow, T0 } from '#test/support/state-rows.ts';
import { createPolicy } from '../policy/create.ts';
import { createContact } from './create.ts';
import { deleteContact } from './delete.ts';
import { getContact } from './get.ts';
import { listContacts } from './list.ts';
import { putContact } from './put.ts';
import { testContact } from './test.ts';

const hook = { id: 'hook', channel: 'webhook', settings: { url: 'https://example.org/hook' } };

async function storedSecret(state: Awaited<ReturnType<typeof createOperations>>['state']) {
  const [row] = await state.db.selectFrom('documents').select('body').execute();
  return (JSON.parse(row!.body) as Contact).settings.secret;
}

test('a contact is filled up with what it does not say', async () => {
  const { as, heard, state } = await createOperations();
  const ctx = as('main');
  const settings = { to: 'anne@example.org' };
  const contact = await createContact({ ctx, input: { id: 'anne', channel: 'email', settings } });
  expect(contact).toEqual({
    id: 'anne',
    name: 'anne',
    channel: 'email',
    settings,
    language: 'en',
    time_zone: 'UTC',
    enabled: true,
    created_at: '2026-11-22T05:00:00.000Z',
    updated_at: '2026-11-22T05:00:00.000Z',
  });
  expect(heard).toEqual(['routing.changed']);
  expect(await auditedActions(state)).toEqual(['contact.create contact/anne']);
});

test('a secret that the platform makes is shown once, and never again', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  const created = await createContact({ ctx, input: hook });
  const { secret } = created.settings;
  expect(secret).toMatch(/^whsec_[\w-]{43}$/);
  expect(await storedSecret(state)).toBe(secret);
  expect((await getContact({ ctx, input: { id: 'hook' } })).settings.secret).toBe('whsec_…');
  const [listed] = (await listContacts({ ctx, input: {} })).items;
  expect(listed?.settings.secret).toBe('whsec_…');
});

test('a secret that a person gives is not shown at all, nor kept in the audit', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const input = { ...hook, settings: { ...hook.settings, secret } };
  expect((await createContact({ ctx, input })).settings.secret).toBe('whsec_…');
  expect(await storedSecret(state)).toBe(secret);
  const audit = JSON.stringify(await state.db.selectFrom('audit').selectAll().execute());
  expect(audit).toContain('example.org/hook');
  expect(audit).not.toContain('MfKQ9r8G');
});

test('a secret stays when it is left out or sent back masked, and changes when another is given', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  const created = await createContact({ ctx, input: hook });
  const { secret } = created.settings;
  const put = (settings: object) =>
    putContact({ ctx, input: { id: 'hook', body: { channel: 'webhook', settings } } });
  const left = await put({ url: 'https://example.org/2' });
  expect(left.item.settings).toEqual({ url: 'https://example.org/2', secret: 'whsec_…' });
  expect(await storedSecret(state)).toBe(secret);
  const answer = await getContact({ ctx, input: { id: 'hook' } });
  await putContact({ ctx, input: { id: 'hook', body: { ...answer, name: 'Hook' } } });
  expect(await storedSecret(state)).toBe(secret);
  await put({ url: 'https://example.org/2', secret: 'whsec_bmV3' });
  expect(await storedSecret(state)).toBe('whsec_bmV3');
});

test('PUT of a new contact shows the secret that was made, and a mask alone is no secret', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const { created, item } = await putContact({ ctx, input: { id: 'hook', body: hook } });
  expect(created).toBe(true);
  expect(item.settings.secret).toMatch(/^whsec_[\w-]{43}$/);
  const masked = { ...hook, id: 'b', settings: { ...hook.settings, secret: 'whsec_…' } };
  await expect(createContact({ ctx, input: masked })).rejects.toMatchObject({
    code: 'invalid_request',
    pointer: '/settings/secret',
  });
});

test('what the channel refuses is told with its place in the settings and its own code', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const input = (settings: object, more = {}) => ({ channel: 'webhook', settings, ...more });
  await expect(createContact({ ctx, input: input({}) })).rejects.toMatchObject({
    code: 'invalid_request',
    pointer: '/settings/url',
  });
  const url = 'http://10.0.0.1/';
  expect(await codeOf(createContact({ ctx, input: input({ url }) }))).toBe(
    'private_address_refused',
  );
  const wrong = { channel: 'pigeon', time_zone: 'Mars/Olympus' };
  await expect(createContact({ ctx, input: input({}, wrong) })).rejects.toMatchObject({
    extra: { errors: [{ pointer: '/channel' }, { pointer: '/time_zone' }] },
  });
});

test('units are kept as they are written, and those that measure something else are refused', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  const input = (units: unknown) => ({
    id: 'joe',
    body: { channel: 'email', settings: { to: 'joe@example.org' }, units },
  });
  const units = { system: 'us', temperature: '°C' };
  expect((await putContact({ ctx, input: input(units) })).item.units).toEqual(units);
  expect((await putContact({ ctx, input: input('metric') })).item.units).toBe('metric');
  await expect(putContact({ ctx, input: input({ pressure: 'kg' }) })).rejects.toMatchObject({
    code: 'invalid_request',
    pointer: '/units/pressure',
  });
  expect(await codeOf(putContact({ ctx, input: input('imperial') }))).toBe('invalid_request');
});

test('a contact that a policy names is not removed', async () => {
  const { as } = await createOperations();
  const ctx = as('main');
  await createContact({ ctx, input: hook });
  await createPolicy({ ctx, input: { id: 'p', steps: [{ contacts: ['hook'] }] } });
  expect(await codeOf(deleteContact({ ctx, input: { id: 'hook' } }))).toBe('invalid_state');
  await createContact({ ctx, input: { ...hook, id: 'free' } });
  await deleteContact({ ctx, input: { id: 'free' } });
  expect(await codeOf(getContact({ ctx, input: { id: 'free' } }))).toBe('not_found');
});

test('a contact that is not reached says so, and may be sent back as it was shown', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  await createContact({ ctx, input: hook });
  const row = notificationRow({ id: 'n1', contact_id: 'hook' });
  await state.transaction((tx) => insertNotifications(tx, [row]));
  const atMs = T0 + 1000;
  const next = { state: 'failed', nextAttemptMs: T0 + 2000 } as const;
  await recordAttempts(state.db, [
    { notificationId: 'n1', atMs, outcome: 'failed', detail: 'HTTP 401', next },
  ]);
  const failing = { since: '2026-11-22T05:00:01.000Z', detail: 'HTTP 401' };
  expect((await listContacts({ ctx, input: {} })).items).toMatchObject([{ id: 'hook', failing }]);
  const shown = await getContact({ ctx, input: { id: 'hook' } });
  expect(shown.failing).toEqual(failing);
  await putContact({ ctx, input: { id: 'hook', body: shown } });
  const [stored] = await state.db.selectFrom('documents').select('body').execute();
  expect(stored!.body).not.toContain('failing');
});

test('a test message tells what became of it, and is in the audit', async () => {
  const { as, state } = await createOperations();
  const ctx = as('main');
  await createContact({ ctx, input: hook });
  expect(await testContact({ ctx, input: { id: 'hook' } })).toEqual({
    outcome: 'sent',
    detail: null,
    receipt: 'to hook',
  });
  expect((await auditedActions(state)).at(-1)).toBe('contact.test contact/hook');
});

test('a customer neither sees nor changes nor reaches the contacts of another', async () => {
  const { as } = await createOperations();
  const [ours, theirs] = [as('main'), as('other')];
  await createContact({ ctx: ours, input: hook });
  const input = { id: 'hook' };
  expect((await listContacts({ ctx: theirs, input: {} })).items).toEqual([]);
  expect(await codeOf(getContact({ ctx: theirs, input }))).toBe('not_found');
  expect(await codeOf(deleteContact({ ctx: theirs, input }))).toBe('not_found');
  expect(await codeOf(testContact({ ctx: theirs, input }))).toBe('not_found');
  const body = { ...hook, settings: { ...hook.settings, secret: 'whsec_…' } };
  // Their masked secret must not turn into ours.
  expect(await codeOf(putContact({ ctx: theirs, input: { id: 'hook', body } }))).toBe(
    'invalid_request',
  );
});
