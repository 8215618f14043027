import { expect, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';

test('an unknown address is 404, a wrong method 405 with what is allowed', async () => {
  const { ask } = await createApiUnderTest();
  const unknown = await ask('GET /v1/nothing', { key: null });
  expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found']);
  const wrong = await ask('POST /v1/sensors/freezer-3');
  expect([wrong.status, wrong.body.code]).toEqual([405, 'method_not_allowed']);
  expect(wrong.headers.get('allow')).toBe('DELETE, GET, HEAD, PATCH, PUT');
  const readings = await ask('GET /v1/readings', { key: null });
  expect([readings.status, readings.headers.get('allow')]).toEqual([405, 'POST']);
});

test('without the gateway the doors for readings say so', async () => {
  const { ask } = await createApiUnderTest();
  expect((await ask('POST /v1/readings', { body: {} })).body.code).toBe('not_supported');
});

test('bodies: broken JSON, invalid UTF-8, another type, too large', async () => {
  const { ask, url } = await createApiUnderTest();
  const post = async (body: string, type?: string) => {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const answer = await ask('POST /v1/rules', { body, headers });
    return [answer.status, answer.body.code];
  };
  expect(await post('{')).toEqual([400, 'invalid_json']);
  expect(await post('<rule/>', 'application/xml')).toEqual([415, 'unsupported_media_type']);
  expect(await post(JSON.stringify('x'.repeat(1_100_000)))).toEqual([413, 'body_too_large']);
  const headers = {
    authorization: 'Bearer an-admin-key-of-some-length',
    'content-type': 'application/json',
  };
  const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
  const invalid = await fetch(`${url}/v1/rules`, { method: 'POST', headers, body });
  expect(await invalid.json()).toMatchObject({ code: 'invalid_utf8' });
});

test('a name twice in one object, deep nesting and the name __proto__ are refused, with where they are', async () => {
  const { ask } = await createApiUnderTest();
  const put = async (body: string) => {
    const answer = await ask('PUT /v1/rules/r', { body });
    return [answer.status, answer.body.code, answer.body.pointer, answer.body.detail];
  };
  const rule = (where: string) =>
    `{"name":{"en":"R"},"where":${where},"when":{"metric":"t","above":[{"limit":1,"severity":"warning"}]}}`;
  const twice = '/where/sensors';
  const answers = [400, 'duplicate_key', twice, `${twice} appears twice.`];
  expect(await put(rule('{"sensors":["a"],"sensors":["b"]}'))).toEqual(answers);
  const label = '/where/labels/__proto__';
  const refusal = [400, 'invalid_request', label, `${label}: this name is not allowed.`];
  expect(await put(rule('{"labels":{"__proto__":"x"}}'))).toEqual(refusal);
  expect((await put(rule('{"constructor":{"prototype":{}}}')))[2]).toBe(
    '/where/constructor/prototype',
  );
  expect((await put(`${'['.repeat(40)}${']'.repeat(40)}`))[1]).toBe('nesting_too_deep');
  expect(await put(rule('{"labels":{"constructor":"x"}}'))).toMatchObject({ 0: 201 });
});

test('a missing body is a problem, not a failure', async () => {
  const { ask } = await createApiUnderTest();
  for (const call of ['POST /v1/sensors', 'PUT /v1/rules/x', 'POST /v1/session']) {
    const { status } = await ask(call);
    expect([call, status]).toEqual([call, 400]);
  }
});

test('a DELETE that names a content type and has no body is fine', async () => {
  const { ask } = await createApiUnderTest();
  await ask('PUT /v1/sensors/x', { body: {} });
  const headers = { 'content-type': 'application/json' };
  expect((await ask('DELETE /v1/sensors/x', { headers })).status).toBe(204);
});

test('titles of problems come in the language that is asked for', async () => {
  const { ask } = await createApiUnderTest();
  const french = await ask('GET /v1/sensors/x', { headers: { 'accept-language': 'fr-FR' } });
  expect(french.body.title).toBe('Introuvable');
  expect(french.headers.get('content-language')).toBe('fr');
  expect((await ask('GET /v1/sensors/x')).body.title).toBe('Not found');
});

test('ids with tricks in them find nothing and break nothing', async () => {
  const { ask } = await createApiUnderTest();
  const tricks = ['..', '%2e%2e', '..%2f..%2fetc', '%00', "x'--", '%E2%80%AE', 'a%2Fb', '%ff'];
  for (const id of tricks) {
    const { status } = await ask(`GET /v1/sensors/${id}`);
    expect([id, [400, 404, 200].includes(status)]).toEqual([id, true]);
  }
  expect((await ask(`GET /v1/sensors/${'x'.repeat(5000)}`)).status).toBe(400);
});

test('answers carry their request id and forbid sniffing; no CORS unless asked for', async () => {
  const { ask } = await createApiUnderTest();
  const { headers } = await ask('GET /v1/sensors', { headers: { origin: 'http://evil.example' } });
  expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('health: live always, ready only when every check passes', async () => {
  let isBroken = false;
  const { ask } = await createApiUnderTest({
    connections: { broker: () => !isBroken },
    readiness: {
      storage: () => {},
      queue: async () => {
        if (isBroken) throw new Error('secret reason');
      },
    },
  });
  expect((await ask('GET /health/live', { key: null })).body).toEqual({ status: 'ok' });
  const ready = await ask('GET /health/ready', { key: null });
  expect(ready.body).toEqual({
    status: 'ok',
    checks: { storage: 'ok', queue: 'ok' },
    connections: { broker: 'connected' },
  });
  isBroken = true;
  const broken = await ask('GET /health/ready', { key: null });
  expect(broken.status).toBe(503);
  expect(broken.headers.get('retry-after')).toBe('5');
  expect(broken.body).toMatchObject({
    code: 'storage_unavailable',
    checks: { storage: 'ok', queue: 'failed' },
  });
  expect(JSON.stringify(broken.body)).not.toContain('secret');
});

test('metrics are open on the loopback address; behind a proxy they need the scope read', async () => {
  const { ask, makeKey, metrics } = await createApiUnderTest();
  metrics.readings('http').accepted += 3;
  const open = await ask('GET /metrics', { key: null });
  expect(open.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(open.body).toContain('vigie_readings_total{outcome="accepted",source="http"} 3');
  const headers = { 'x-forwarded-for': '10.0.0.1' };
  expect((await ask('GET /metrics', { key: null, headers })).status).toBe(401);
  expect((await ask('GET /metrics', { key: await makeKey('ingest'), headers })).status).toBe(403);
  expect((await ask('GET /metrics', { headers })).status).toBe(200);
});

test('requests are counted by pattern, never by path', async () => {
  const { ask } = await createApiUnderTest();
  await ask('GET /v1/sensors/secret-sensor');
  const { body } = await ask('GET /metrics');
  expect(body).toContain(
    'vigie_http_requests_total{method="GET",route="/v1/sensors/:id",status="404"} 1',
  );
  expect(body).not.toContain('secret-sensor');
});
