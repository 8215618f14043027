import { expect, test } from 'vitest';
import { ADMIN_KEY, createApiUnderTest } from '#test/support/create-api.ts';

const ours = { 'sec-fetch-site': 'same-origin' };

async function signedIn() {
  const app = await createApiUnderTest();
  const key = app.codes.issue('main');
  const answer = await app.ask('POST /v1/session', { key: null, body: { key } });
  const line = answer.headers.get('set-cookie') ?? '';
  const cookie = line.split(';', 1)[0] ?? '';
  return { ...app, answer, code: key, line, cookie };
}

test('a one-time code is exchanged once for a cookie that scripts and other sites cannot use', async () => {
  const { ask, answer, code, cookie, line } = await signedIn();
  expect([answer.status, answer.body]).toEqual([204, '']);
  expect(line).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/);
  const { body } = await ask('GET /v1/session', { key: null, headers: { cookie } });
  expect(body).toMatchObject({ customer: 'main', scopes: ['ingest', 'read', 'admin'] });
  const again = await ask('POST /v1/session', { key: null, body: { key: code } });
  expect([again.status, again.body.code]).toEqual([401, 'unauthenticated']);
});

test('an API key signs in as well; DELETE ends the session and takes the cookie back', async () => {
  const { ask } = await createApiUnderTest();
  const answer = await ask('POST /v1/session', { key: null, body: { key: ADMIN_KEY } });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const headers = { cookie, ...ours };
  expect((await ask('GET /v1/sensors', { key: null, headers })).status).toBe(200);
  const out = await ask('DELETE /v1/session', { key: null, headers });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await ask('GET /v1/sensors', { key: null, headers })).status).toBe(401);
});

test('a cookie changes things only from our own page', async () => {
  const { ask, cookie } = await signedIn();
  const put = async (headers: Record<string, string>) => {
    const call = 'PUT /v1/sensors/freezer-3';
    const { status } = await ask(call, { key: null, body: {}, headers: { cookie, ...headers } });
    return status;
  };
  expect(await put({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await put({ origin: 'http://evil.example' })).toBe(403);
  expect(await put({})).toBe(201);
  expect(await put(ours)).toBe(200);
  const foreign = { cookie, 'sec-fetch-site': 'cross-site' };
  expect((await ask('GET /v1/sensors', { key: null, headers: foreign })).status).toBe(200);
});

test('guessing codes is slowed down', async () => {
  const { ask } = await createApiUnderTest();
  const statuses = new Set<number>();
  for (let i = 0; i < 40; i += 1) {
    const body = { key: `guess-${i}` };
    statuses.add((await ask('POST /v1/session', { key: null, body })).status);
  }
  expect([...statuses].sort()).toEqual([401, 429]);
});
