import { expect, test } from 'vitest';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { type Credential, Gatekeeper, keyOf } from './authenticate.ts';

const caller = { customer: 'main', who: 'key:a', scopes: ['ingest'] as const, requestId: 'r' };

function gatekeeper(credential: Credential | undefined, perSecond = 0) {
  let lookUps = 0;
  const keeper = new Gatekeeper(
    () => {
      lookUps++;
      return Promise.resolve(credential);
    },
    new RateLimiter({ perSecond, burstSeconds: 1 }),
  );
  return { keeper, lookUps: () => lookUps };
}

test('a key is read from Bearer, Token, Basic and the query', () => {
  expect(keyOf('Bearer abc', undefined)).toBe('abc');
  expect(keyOf('Token abc', undefined)).toBe('abc');
  expect(keyOf(`Basic ${btoa('user:a:b')}`, undefined)).toBe('a:b');
  expect(keyOf(undefined, new URLSearchParams('u=x&p=abc'))).toBe('abc');
  expect(keyOf('Digest abc', undefined)).toBeUndefined();
  expect(keyOf(undefined, undefined)).toBeUndefined();
});

test('a known key is looked up once until it is forgotten', async () => {
  const { keeper, lookUps } = gatekeeper({ caller, rateLimit: undefined });
  await keeper.admit('k');
  expect(keeper.admit('k')).toEqual(caller);
  expect(lookUps()).toBe(1);
  keeper.forget();
  await keeper.admit('k');
  expect(lookUps()).toBe(2);
});

test('no key, an unknown key and a key without the scope are refused', async () => {
  expect(() => gatekeeper(undefined).keeper.admit(undefined)).toThrow('valid key');
  await expect(gatekeeper(undefined).keeper.admit('k')).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  const reader = { caller: { ...caller, scopes: ['read'] as const }, rateLimit: undefined };
  await expect(gatekeeper(reader).keeper.admit('k')).rejects.toMatchObject({ code: 'forbidden' });
});

test('a key that sends more than its rate is told when to come back', async () => {
  const { keeper } = gatekeeper({ caller, rateLimit: 1 });
  await keeper.admit('k');
  expect(() => keeper.admit('k')).toThrow(expect.objectContaining({ code: 'rate_limited' }));
});

test('identify tells of any valid key and takes nothing from its rate', async () => {
  const reader = { caller: { ...caller, scopes: ['read'] as const }, rateLimit: 1 };
  const { keeper } = gatekeeper(reader);
  for (let i = 0; i < 3; i++) expect(await keeper.identify('k')).toEqual(reader);
  expect(keeper.take(reader)).toBe(0);
  expect(keeper.take(reader)).toBeGreaterThan(0);
  await expect(gatekeeper(undefined).keeper.identify('k')).rejects.toThrow('valid key');
});

test('a key that is revoked while it is looked up is not remembered', async () => {
  const found = Promise.withResolvers<{ caller: typeof caller; rateLimit: undefined }>();
  let isRevoked = false;
  const findKey = () => (isRevoked ? Promise.resolve(undefined) : found.promise);
  const keeper = new Gatekeeper(findKey, new RateLimiter({ perSecond: 0 }));
  const first = keeper.admit('k');
  isRevoked = true;
  keeper.forget();
  found.resolve({ caller, rateLimit: undefined });
  await first;
  await expect(keeper.admit('k')).rejects.toMatchObject({ code: 'unauthenticated' });
});
