import { expect, onTestFinished, test } from 'vitest';
import type { Scope } from '#domain/caller.ts';
import { createOperations } from '#test/support/operations.ts';
import { Authenticator, callerOf } from './authenticator.ts';
import { createKey } from './create-key.ts';
import { revokeKey } from './revoke-key.ts';

async function start() {
  const operations = await createOperations();
  const authenticator = new Authenticator(operations);
  authenticator.start();
  onTestFinished(() => authenticator.close());
  const ctx = operations.as('main');
  await createKey({ ctx, input: { name: 'keeper', scopes: ['admin'] } });
  const make = (scopes: Scope[], more: object = {}) =>
    createKey({ ctx, input: { name: 'a key', scopes, ...more } });
  return { ...operations, authenticator, ctx, make };
}

test('a key tells its customer, scopes, sensors and limits', async () => {
  const { authenticator, make } = await start();
  const { id, key } = await make(['ingest'], { sensors: ['freezer-*'], rate_limit: 50 });
  expect(key).toMatch(new RegExp(`^vgk_${id}_[A-Za-z0-9_-]{43}$`));
  const identity = await authenticator.authenticateKey(key);
  expect(identity).toEqual({
    keyId: id,
    customer: 'main',
    who: `key:${id}`,
    scopes: ['ingest'],
    sensors: ['freezer-*'],
    rateLimit: 50,
    expiresMs: undefined,
  });
  expect(callerOf(identity!, 'r1')).toEqual({
    customer: 'main',
    who: `key:${id}`,
    scopes: ['ingest'],
    sensors: ['freezer-*'],
    requestId: 'r1',
  });
});

test.each(['', 'vgk_x_y', 'x'.repeat(100_000)])('%.10s is no key', async (text) => {
  const { authenticator } = await start();
  expect(await authenticator.authenticateKey(text)).toBeUndefined();
  expect(await authenticator.authenticateSession(text)).toBeUndefined();
});

test('a revoked key is worth nothing at once, although it was remembered', async () => {
  const { authenticator, ctx, make } = await start();
  const { id, key } = await make(['read']);
  expect(await authenticator.authenticateKey(key)).toBeDefined();
  await revokeKey({ ctx, input: { id } });
  expect(await authenticator.authenticateKey(key)).toBeUndefined();
});

test('a key made after its text was tried is known at once', async () => {
  const { authenticator, make, state } = await start();
  const { id, key } = await make(['read']);
  await state.db.updateTable('api_keys').set({ revoked_at: 1 }).where('id', '=', id).execute();
  expect(await authenticator.authenticateKey(key)).toBeUndefined();
  await state.db.updateTable('api_keys').set({ revoked_at: null }).where('id', '=', id).execute();
  expect(await authenticator.authenticateKey(key)).toBeUndefined();
  await make(['read']);
  expect(await authenticator.authenticateKey(key)).toBeDefined();
});

test('an expired key is worth nothing from that moment', async () => {
  const { authenticator, clock, make } = await start();
  const { key } = await make(['read'], { expires_at: '2026-11-22T05:00:05Z' });
  clock.advance(4999);
  expect(await authenticator.authenticateKey(key)).toBeDefined();
  clock.advance(1);
  expect(await authenticator.authenticateKey(key)).toBeUndefined();
});

test('what another process changed is believed for ten seconds at most', async () => {
  const { authenticator, clock, make, state } = await start();
  const { id, key } = await make(['read']);
  await authenticator.authenticateKey(key);
  await state.db.updateTable('api_keys').set({ revoked_at: 1 }).where('id', '=', id).execute();
  expect(await authenticator.authenticateKey(key)).toBeDefined();
  clock.advance(10_000);
  expect(await authenticator.authenticateKey(key)).toBeUndefined();
});

test('MQTT takes the id of the key or the word key as username', async () => {
  const { authenticator, make } = await start();
  const { id, key } = await make(['ingest']);
  const { id: otherId } = await make(['ingest']);
  const ask = (username?: string, password?: string) =>
    authenticator.authenticateMqtt(username, password);
  expect((await ask('key', key))?.keyId).toBe(id);
  expect((await ask(id, key))?.keyId).toBe(id);
  expect(await ask(otherId, key)).toBeUndefined();
  expect(await ask('admin', key)).toBeUndefined();
  expect(await ask('key', 'wrong')).toBeUndefined();
  expect(await ask('key')).toBeUndefined();
  expect(await ask(undefined, key)).toBeUndefined();
});

test('what is remembered stays bounded', async () => {
  const { authenticator, make, state } = await start();
  const { key } = await make(['read']);
  for (let at = 0; at < 10_050; at++) await authenticator.authenticateKey(`guess ${at}`);
  expect(await authenticator.authenticateKey(key)).toBeDefined();
  expect(await state.db.selectFrom('api_keys').select('id').execute()).toHaveLength(2);
});
