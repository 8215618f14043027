import { expect, onTestFinished, test } from 'vitest';
import { auditedActions, codeOf, createOperations } from '#test/support/operations.ts';
import { Authenticator } from './authenticator.ts';
import { createKey } from './create-key.ts';
import { createSession } from './create-session.ts';
import { endSession } from './end-session.ts';
import { ensureAdminKey } from './ensure-admin-key.ts';
import { getKey } from './get-key.ts';
import { listKeys } from './list-keys.ts';
import { OneTimeCodes } from './one-time-codes.ts';
import { revokeKey } from './revoke-key.ts';

async function start() {
  const operations = await createOperations();
  const authenticator = new Authenticator(operations);
  authenticator.start();
  onTestFinished(() => authenticator.close());
  const codes = new OneTimeCodes(operations.clock);
  const { state, clock } = operations;
  return {
    ...operations,
    authenticator,
    codes,
    ctx: operations.as('main'),
    door: { state, clock, authenticator, codes },
  };
}

test('a key is shown once, and stored and audited without its text', async () => {
  const { ctx, state, heard } = await start();
  const input = { name: 'Gateway', scopes: ['ingest'], sensors: ['a-*'], rate_limit: 5 };
  const { key, ...rest } = await createKey({ ctx, input });
  expect(rest).toEqual({
    id: expect.stringMatching(/^[a-z2-9]{10}$/),
    ...input,
    created_at: '2026-11-22T05:00:00.000Z',
    expires_at: null,
    revoked_at: null,
  });
  expect(await getKey({ ctx, input: { id: rest.id } })).toEqual(rest);
  expect((await listKeys({ ctx, input: {} })).items).toEqual([rest]);
  const stored = JSON.stringify([
    await state.db.selectFrom('api_keys').selectAll().execute(),
    await state.db.selectFrom('audit').selectAll().execute(),
  ]);
  expect(stored).not.toContain(key);
  expect(stored).not.toContain(key.slice(`vgk_${rest.id}_`.length));
  expect(heard).toEqual(['keys.changed']);
});

test('a key without scopes, with unknown ones, or expired before it begins is refused', async () => {
  const { ctx } = await start();
  for (const more of [
    { scopes: [] },
    { scopes: ['root'] },
    { scopes: ['read', 'read'] },
    { scopes: ['read'], expires_at: '2026-11-22T05:00:00Z' },
    { scopes: ['read'], rate_limit: 0 },
    { scopes: ['read'], sensors: [] },
  ]) {
    expect(await codeOf(createKey({ ctx, input: { name: 'k', ...more } }))).toBe('invalid_request');
  }
});

test('a key for sensors that no id can match is refused', async () => {
  const { ctx } = await start();
  const input = { name: 'x', scopes: ['ingest'], sensors: ['freezer-*', 'a b'] };
  await expect(createKey({ ctx, input })).rejects.toMatchObject({
    code: 'invalid_request',
    pointer: '/sensors/1',
  });
});

test('the last key that can administer is not revoked, others are, once', async () => {
  const { ctx, state } = await start();
  const first = await createKey({ ctx, input: { name: 'a', scopes: ['admin'] } });
  const reader = await createKey({ ctx, input: { name: 'r', scopes: ['read'] } });
  expect(await codeOf(revokeKey({ ctx, input: { id: first.id } }))).toBe('invalid_state');
  await revokeKey({ ctx, input: { id: reader.id } });
  expect(await codeOf(revokeKey({ ctx, input: { id: reader.id } }))).toBe('not_found');
  expect((await getKey({ ctx, input: { id: reader.id } })).revoked_at).not.toBeNull();
  await createKey({ ctx, input: { name: 'b', scopes: ['admin'] } });
  await revokeKey({ ctx, input: { id: first.id } });
  expect((await auditedActions(state)).filter((line) => line.startsWith('key.revoke'))).toEqual([
    `key.revoke key/${reader.id}`,
    `key.revoke key/${first.id}`,
  ]);
});

test('a customer neither sees nor revokes the keys of another', async () => {
  const { as, ctx } = await start();
  const theirs = as('other');
  const { id } = await createKey({ ctx, input: { name: 'a', scopes: ['read'] } });
  expect((await listKeys({ ctx: theirs, input: {} })).items).toEqual([]);
  expect(await codeOf(getKey({ ctx: theirs, input: { id } }))).toBe('not_found');
  expect(await codeOf(revokeKey({ ctx: theirs, input: { id } }))).toBe('not_found');
  expect((await getKey({ ctx, input: { id } })).revoked_at).toBeNull();
});

test('keys are made, seen and revoked by those who administer alone', async () => {
  const { as } = await start();
  const ctx = as('main', ['read', 'ingest']);
  const input = { name: 'a', scopes: ['admin'] };
  expect(await codeOf(createKey({ ctx, input }))).toBe('forbidden');
  expect(await codeOf(listKeys({ ctx, input: {} }))).toBe('forbidden');
  expect(await codeOf(getKey({ ctx, input: { id: 'x' } }))).toBe('forbidden');
  expect(await codeOf(revokeKey({ ctx, input: { id: 'x' } }))).toBe('forbidden');
});

test('without a key a first one is made and shown, at the first start alone', async () => {
  const { authenticator, state, clock, bus } = await start();
  const ctx = { state, clock, bus };
  const { shownOnce } = await ensureAdminKey({ ctx, input: {} });
  expect(shownOnce).toMatch(/^vgk_admin_/);
  expect((await authenticator.authenticateKey(shownOnce!))?.scopes).toContain('admin');
  expect((await ensureAdminKey({ ctx, input: {} })).shownOnce).toBeUndefined();
});

test('the key of the settings becomes the key admin, also when it changes', async () => {
  const { authenticator, state, clock, bus } = await start();
  const ctx = { state, clock, bus };
  const [first, second] = ['first admin key, 20 characters', 'second admin key, 20 characters'];
  await ensureAdminKey({ ctx, input: { key: first } });
  await ensureAdminKey({ ctx, input: { key: first } });
  expect(await auditedActions(state)).toEqual(['key.put key/admin']);
  expect((await authenticator.authenticateKey(first))?.keyId).toBe('admin');
  await ensureAdminKey({ ctx, input: { key: second } });
  expect(await authenticator.authenticateKey(first)).toBeUndefined();
  expect((await authenticator.authenticateKey(second))?.keyId).toBe('admin');
  const short = ensureAdminKey({ ctx, input: { key: 'too short' } });
  expect(await codeOf(short)).toBe('invalid_request');
});

test('the text of another key is taken as admin key only where it can administer', async () => {
  const { ctx, state, clock, bus } = await start();
  const services = { state, clock, bus };
  const admin = await createKey({ ctx, input: { name: 'a', scopes: ['admin'] } });
  const reader = await createKey({ ctx, input: { name: 'r', scopes: ['read'] } });
  await ensureAdminKey({ ctx: services, input: { key: admin.key } });
  const wrong = ensureAdminKey({ ctx: services, input: { key: reader.key } });
  expect(await codeOf(wrong)).toBe('invalid_request');
});

test('a key is exchanged for a session, which ends when it is ended', async () => {
  const { ctx, door, authenticator, state } = await start();
  const { id, key } = await createKey({ ctx, input: { name: 'a', scopes: ['read'] } });
  const session = await createSession({ ctx: door, input: { key } });
  expect(session.expiresMs).toBe(door.clock.now() + 7 * 86_400_000);
  const identity = await authenticator.authenticateSession(session.cookie);
  expect(identity).toEqual(session.identity);
  expect(identity).toMatchObject({ who: `session:${id}`, customer: 'main', scopes: ['read'] });
  expect(JSON.stringify(await state.db.selectFrom('sessions').selectAll().execute())).not.toContain(
    session.cookie,
  );
  await endSession({ ctx: door, input: { cookie: session.cookie } });
  expect(await authenticator.authenticateSession(session.cookie)).toBeUndefined();
  await endSession({ ctx: door, input: { cookie: session.cookie } });
  expect((await auditedActions(state)).slice(1)).toEqual([
    `session.create session/${id}`,
    `session.end session/${id}`,
  ]);
});

test('sessions end with their time, with their key, and with its revocation', async () => {
  const { ctx, door, authenticator, clock } = await start();
  await createKey({ ctx, input: { name: 'keeper', scopes: ['admin'] } });
  const week = await createKey({ ctx, input: { name: 'a', scopes: ['read'] } });
  const input = { name: 'b', scopes: ['read'], expires_at: '2026-11-22T06:00:00Z' };
  const hour = await createKey({ ctx, input });
  const open = async (key: string) => (await createSession({ ctx: door, input: { key } })).cookie;
  const [long, short, revoked] = [await open(week.key), await open(hour.key), await open(week.key)];
  clock.advance(3_600_000);
  expect(await authenticator.authenticateSession(short)).toBeUndefined();
  expect(await authenticator.authenticateSession(long)).toBeDefined();
  await revokeKey({ ctx, input: { id: week.id } });
  expect(await authenticator.authenticateSession(revoked)).toBeUndefined();
});

test('a key that only sends opens no session, and one bound to sensors does not send through it', async () => {
  const { ctx, door } = await start();
  const sender = await createKey({ ctx, input: { name: 'a', scopes: ['ingest'] } });
  expect(await codeOf(createSession({ ctx: door, input: { key: sender.key } }))).toBe('forbidden');
  const scopes = ['ingest', 'read'];
  const bound = await createKey({ ctx, input: { name: 'b', scopes, sensors: ['x'] } });
  const session = await createSession({ ctx: door, input: { key: bound.key } });
  expect(session.identity.scopes).toEqual(['read']);
});

test('a one-time code opens one session within 15 minutes', async () => {
  const { door, codes, clock } = await start();
  const sign = (key: string) => createSession({ ctx: door, input: { key } });
  const code = codes.issue('main');
  const { identity } = await sign(code);
  expect(identity).toMatchObject({ customer: 'main', who: 'session:admin' });
  expect(identity.scopes).toContain('admin');
  expect(await codeOf(sign(code))).toBe('unauthenticated');
  const late = codes.issue('main');
  clock.advance(15 * 60_000);
  expect(await codeOf(sign(late))).toBe('unauthenticated');
  expect(await codeOf(sign('guess'))).toBe('unauthenticated');
  expect(await codeOf(createSession({ ctx: door, input: {} }))).toBe('invalid_request');
});
