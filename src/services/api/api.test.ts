import { expect, test } from 'vitest';
import { ADMIN_KEY, createApiUnderTest } from '#test/support/create-api.ts';
import { alertRow, notificationRow, T0 } from '#test/support/state-rows.ts';

const rule = {
  id: 'too-warm',
  name: { en: 'Too warm', fr: 'Trop chaud' },
  where: { sensors: ['freezer-*'] },
  when: { metric: 'temperature', above: [{ limit: -15 }] },
};
const contact = { id: 'anne', channel: 'email', settings: { to: 'anne@example.org' } };
const policy = { id: 'cold-chain', steps: [{ contacts: ['anne'] }] };
const sensor = { id: 'freezer-3', name: 'Freezer 3', labels: { site: 'lyon' } };

test('every call that is not open asks for a key, and says how', async () => {
  const { api, ask } = await createApiUnderTest();
  const { paths = {} } = api.document();
  let asked = 0;
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item ?? {})) {
      const { security, tags } = operation as { security?: object[]; tags?: string[] };
      if (security?.length === 0 || tags?.includes('Readings') === true) continue;
      const call = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, 'x')}`;
      const { status, headers, body } = await ask(call, { key: null });
      expect([call, status, body.code]).toEqual([call, 401, 'unauthenticated']);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      asked += 1;
    }
  }
  expect(asked).toBeGreaterThan(30);
  expect((await ask('GET /v1/sensors', { key: 'wrong' })).status).toBe(401);
});

test('every call refuses a key without the scope that its documentation names', async () => {
  const { api, ask, makeKey } = await createApiUnderTest();
  const keys = { read: await makeKey('ingest'), admin: await makeKey('read') };
  for (const [path, item] of Object.entries(api.document().paths ?? {})) {
    for (const [method, operation] of Object.entries(item ?? {})) {
      const { description = '' } = operation as { description?: string };
      const scope = /scope `(\w+)`/.exec(description)?.[1] as 'read' | 'admin' | undefined;
      if (scope === undefined) continue;
      const call = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, 'x')}`;
      const body = method === 'get' || method === 'delete' ? undefined : {};
      const answer = await ask(call, { key: keys[scope], body });
      expect([call, answer.status, answer.body.code]).toEqual([call, 403, 'forbidden']);
    }
  }
});

test('sensors are made, listed, read, replaced, changed and removed', async () => {
  const { ask } = await createApiUnderTest();
  const made = await ask('POST /v1/sensors', { body: sensor });
  expect(made.status).toBe(201);
  expect(made.headers.get('location')).toBe('/v1/sensors/freezer-3');
  expect((await ask('POST /v1/sensors', { body: sensor })).body.code).toBe('conflict');
  await ask('POST /v1/sensors', { body: { id: 'été:1', labels: { site: 'paris' } } });
  const page = await ask('GET /v1/sensors?limit=1');
  expect(page.body.items).toHaveLength(1);
  const next = await ask(`GET /v1/sensors?limit=1&cursor=${page.body.next_cursor}`);
  expect(next.body.items[0].id).toBe('été:1');
  const named = await ask('GET /v1/sensors?ids=nobody,freezer-3');
  expect(named.body.items.map(({ id }: { id: string }) => id)).toEqual(['freezer-3']);
  const inService = await ask('GET /v1/sensors?out_of_service=false');
  expect(inService.body.items).toHaveLength(2);
  expect((await ask('GET /v1/sensors?out_of_service=true')).body.items).toEqual([]);
  const lyon = await ask('GET /v1/sensors?label.site=lyon');
  expect(lyon.body.items.map(({ id }: { id: string }) => id)).toEqual(['freezer-3']);
  expect((await ask(`GET /v1/sensors/${encodeURIComponent('été:1')}`)).body.id).toBe('été:1');
  const put = await ask('PUT /v1/sensors/freezer-3', { body: { name: 'F3' } });
  expect([put.status, put.body.name, put.body.labels]).toEqual([200, 'F3', {}]);
  expect((await ask('PUT /v1/sensors/freezer-9', { body: {} })).status).toBe(201);
  const patched = await ask('PATCH /v1/sensors/freezer-3', { body: { location: 'lyon' } });
  expect(patched.body).toMatchObject({ name: 'F3', location: 'lyon' });
  expect((await ask('DELETE /v1/sensors/freezer-3')).status).toBe(204);
  expect((await ask('GET /v1/sensors/freezer-3')).body.code).toBe('not_found');
});

test('rules and what else people keep are searched by text, rules by ids and sensor as well', async () => {
  const { ask } = await createApiUnderTest();
  const when = { metric: 'temperature', above: [{ limit: 8 }] };
  await ask('PUT /v1/rules/hot', { body: { when, name: { fr: 'Trop chaud' } } });
  await ask('PUT /v1/rules/cold', { body: { when, where: { sensors: ['oven'] } } });
  await ask('PUT /v1/policies/night', { body: { name: 'Night shift', steps: [{ contacts: [] }] } });
  await ask('PUT /v1/places/hall', { body: { name: 'Hall' } });
  for (const [question, ids] of [
    ['rules?q=CHAUD', ['hot']],
    ['rules?ids=silent,nobody,cold', ['cold', 'silent']],
    ['rules?sensor_id=freezer-3', ['hot', 'silent']],
    ['policies?q=shift', ['night']],
    ['places?q=nowhere', []],
    ['contacts?q=x', []],
    ['on-call?q=x', []],
    ['maintenance-windows?q=x', []],
    ['templates?q=x', []],
  ] as const) {
    const { body } = await ask(`GET /v1/${question}`);
    expect([question, body.items?.map(({ id }: { id: string }) => id)]).toEqual([question, ids]);
  }
  const { body } = await ask('GET /v1/rules?ids=hot,a%20b&color=red');
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
    expect.arrayContaining(['/ids/1', '/color']),
  );
});

test('unknown query parameters and wrong values are refused with a pointer', async () => {
  const { ask } = await createApiUnderTest();
  for (const query of [
    'limit=0',
    'limit=many',
    'colour=red',
    'status=asleep',
    'out_of_service=maybe',
  ]) {
    const { status, body } = await ask(`GET /v1/sensors?${query}`);
    expect([query, status, body.code]).toEqual([query, 400, 'invalid_request']);
    expect(body.errors[0].pointer).toBe(`/${query.split('=')[0]}`);
  }
  const { body } = await ask('GET /v1/sensors?ids=oven,a%20b');
  expect([body.code, body.errors[0].pointer]).toEqual(['invalid_request', '/ids/1']);
});

test('history answers samples and buckets, and numbers of a URL are numbers', async () => {
  const { ask, history, state } = await createApiUnderTest();
  await ask('POST /v1/sensors', { body: sensor });
  const series = { id: 7, sensor_pk: 1, metric: 'temperature', unit: 'Cel' };
  await state.db.insertInto('series').values(series).execute();
  for (let i = 0; i < 4; i += 1) history.add(7, T0 + i * 60_000, i);
  const range = 'from=2026-11-22T05:00:00Z&to=2026-11-22T06:00:00Z&metric=temperature';
  const raw = await ask(`GET /v1/sensors/freezer-3/readings?${range}&limit=2`);
  expect(raw.body).toMatchObject({ sensor_id: 'freezer-3', metric: 'temperature', unit: 'Cel' });
  expect(raw.body.samples).toEqual([
    ['2026-11-22T05:00:00.000Z', 0],
    ['2026-11-22T05:01:00.000Z', 1],
  ]);
  const buckets = await ask(`GET /v1/sensors/freezer-3/readings?${range}&interval=2m`);
  expect(buckets.body.buckets[0]).toEqual({
    timestamp: '2026-11-22T05:00:00.000Z',
    min: 0,
    mean: 0.5,
    max: 1,
    count: 2,
  });
  expect((await ask('GET /v1/sensors/freezer-3/latest')).body.sensor_id).toBe('freezer-3');
  const wrong = await ask(`GET /v1/sensors/freezer-3/readings?metric=temperature&interval=soon`);
  expect(wrong.body.code).toBe('invalid_request');
});

test('rules are made, listed, read, replaced and removed; a wrong one names its problems', async () => {
  const { ask } = await createApiUnderTest();
  const made = await ask('POST /v1/rules', { body: rule });
  expect([made.status, made.headers.get('location')]).toEqual([201, '/v1/rules/too-warm']);
  expect((await ask('GET /v1/rules/too-warm')).body.name).toEqual(rule.name);
  const listed = await ask('GET /v1/rules');
  expect(listed.body.items.map(({ id }: { id: string }) => id)).toContain('too-warm');
  const put = await ask('PUT /v1/rules/too-warm', { body: { ...rule, enabled: false } });
  expect([put.status, put.body.enabled, put.body.revision]).toEqual([200, false, 2]);
  const { id: _id, ...nameless } = rule;
  expect((await ask('PUT /v1/rules/another', { body: nameless })).status).toBe(201);
  const wrong = await ask('POST /v1/rules', { body: { when: { metric: 'x', above: [] } } });
  expect([wrong.status, wrong.body.code]).toEqual([400, 'rule_invalid']);
  expect(wrong.body.errors.length).toBeGreaterThan(0);
  expect((await ask('DELETE /v1/rules/too-warm')).status).toBe(204);
  expect((await ask('GET /v1/rules/too-warm')).status).toBe(404);
});

test('contacts and policies are made, replaced and removed; what is in use stays', async () => {
  const { ask } = await createApiUnderTest();
  expect((await ask('POST /v1/contacts', { body: contact })).status).toBe(201);
  expect((await ask('POST /v1/policies', { body: policy })).status).toBe(201);
  expect((await ask('GET /v1/contacts')).body.items).toHaveLength(1);
  expect((await ask('GET /v1/policies/cold-chain')).body.steps).toEqual(policy.steps);
  expect((await ask('GET /v1/policies')).body.items).toHaveLength(1);
  expect((await ask('DELETE /v1/contacts/anne')).status).toBe(409);
  expect((await ask('PUT /v1/policies/cold-chain', { body: policy })).status).toBe(200);
  expect((await ask('PUT /v1/contacts/anne', { body: contact })).status).toBe(200);
  expect((await ask('DELETE /v1/policies/cold-chain')).status).toBe(204);
  expect((await ask('DELETE /v1/contacts/anne')).status).toBe(204);
  const wrong = await ask('POST /v1/contacts', { body: { channel: 'pigeon', settings: {} } });
  expect(wrong.body).toMatchObject({ code: 'invalid_request', status: 400 });
  expect((await ask('POST /v1/policies', { body: {} })).status).toBe(400);
});

test('a test message answers what became of it', async () => {
  const { ask } = await createApiUnderTest();
  // Nothing listens there: a failure is a result.
  const settings = { url: 'http://127.0.0.1:9/hook' };
  await ask('POST /v1/contacts', { body: { id: 'hook', channel: 'webhook', settings } });
  const { status, body } = await ask('POST /v1/contacts/hook/test');
  expect([status, body.outcome]).toEqual([200, 'failed']);
  expect((await ask('POST /v1/contacts/nobody/test')).status).toBe(404);
});

test('who would be told of an alert is foretold', async () => {
  const { ask, state } = await createApiUnderTest();
  await state.db
    .insertInto('alerts')
    .values(alertRow({ id: 'alert-1' }))
    .execute();
  await ask('POST /v1/contacts', { body: contact });
  await ask('POST /v1/policies', { body: policy });
  const { status, body } = await ask('POST /v1/policies/preview', {
    body: { alert_id: 'alert-1', at: new Date(T0).toISOString() },
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    policies: [{ policy_id: 'cold-chain', matches: true, reasons: [] }],
    told: [{ after: '0s', step: 1, contact_id: 'anne', type: 'raised', held_until: null }],
    nobody: false,
    hushed_by: null,
  });
  expect((await ask('POST /v1/policies/preview', { body: {} })).status).toBe(400);
});

test('alerts are listed by filter, acknowledged without a body, commented and assigned', async () => {
  const { ask, state } = await createApiUnderTest();
  const [one, two] = [alertRow(), alertRow({ state: 'cleared', sensor_id: 'sensor-2' })];
  await state.db.insertInto('alerts').values([one, two]).execute();
  const active = await ask('GET /v1/alerts?state=active&acknowledged=false');
  expect(active.body.items.map(({ id }: { id: string }) => id)).toEqual([one.id]);
  const acknowledged = await ask(`POST /v1/alerts/${one.id}/acknowledge`);
  expect(acknowledged.body).toMatchObject({ acknowledged: true, acknowledged_by: 'key:admin' });
  const again = await ask(`POST /v1/alerts/${one.id}/acknowledge`, { body: {} });
  expect([again.status, again.body.code]).toEqual([409, 'invalid_state']);
  await ask(`POST /v1/alerts/${one.id}/comment`, { body: { comment: 'Door was open' } });
  await ask(`POST /v1/alerts/${one.id}/assign`, { body: { assignee: 'anne' } });
  const { body } = await ask(`GET /v1/alerts/${one.id}?history=true`);
  expect(body.assignee).toBe('anne');
  expect(body.history.map(({ change }: { change: string }) => change)).toEqual([
    'acknowledged',
    'commented',
    'assigned',
  ]);
  expect((await ask(`GET /v1/alerts/${one.id}`)).body).not.toHaveProperty('history');
  expect((await ask(`POST /v1/alerts/${one.id}/comment`, { body: {} })).status).toBe(400);
  expect((await ask('GET /v1/alerts/unknown')).status).toBe(404);
});

test('deliveries and dead letters are listed', async () => {
  const { ask, state } = await createApiUnderTest();
  const row = notificationRow({ contact_id: 'anne' });
  await state.db.insertInto('notifications').values(row).execute();
  const letter = {
    customer: 'main',
    received_at: T0,
    source: 'http',
    sensor_id: 'freezer-3',
    code: 'value_not_finite',
    pointer: '/readings/temperature',
    detail: 'not finite',
    payload: '{}',
  };
  await state.db.insertInto('dead_letters').values(letter).execute();
  expect((await ask('GET /v1/deliveries?contact_id=anne')).body.items[0].id).toBe(row.id);
  expect((await ask('GET /v1/deliveries?contact_id=ben')).body.items).toEqual([]);
  expect((await ask(`GET /v1/deliveries/${row.id}`)).body.state).toBe('queued');
  expect((await ask('GET /v1/deliveries/unknown')).status).toBe(404);
  expect((await ask('GET /v1/deliveries?state=lost')).status).toBe(400);
  const letters = await ask('GET /v1/dead-letters?code=value_not_finite');
  expect(letters.body.items[0]).toMatchObject({ code: 'value_not_finite', sensor_id: 'freezer-3' });
  expect((await ask('GET /v1/dead-letters?from=yesterday')).status).toBe(400);
});

test('an export is a file; sensors are chosen by a list', async () => {
  const { ask, history, state } = await createApiUnderTest();
  for (const id of ['a', 'b', 'c']) await ask('POST /v1/sensors', { body: { id } });
  for (const pk of [1, 2, 3]) {
    const series = { id: pk, sensor_pk: pk, metric: 'temperature', unit: 'Cel' };
    await state.db.insertInto('series').values(series).execute();
    history.add(pk, T0, pk);
  }
  const file = await ask('GET /v1/export?format=csv&sensor_id=a,b&from=2026-11-01T00:00:00Z');
  expect(file.status).toBe(200);
  expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"]+\.csv"$/);
  expect(file.body.trim().split('\n')).toHaveLength(3);
  expect((await ask('GET /v1/export?format=xlsx')).status).toBe(400);
});

test('keys are made, listed, read and revoked; a revoked one opens nothing at once', async () => {
  const { ask } = await createApiUnderTest();
  const made = await ask('POST /v1/api-keys', { body: { name: 'gateway', scopes: ['read'] } });
  expect(made.status).toBe(201);
  const { id, key } = made.body;
  expect((await ask('GET /v1/sensors', { key })).status).toBe(200);
  const listed = await ask('GET /v1/api-keys');
  expect(JSON.stringify(listed.body)).not.toContain(key);
  expect((await ask(`GET /v1/api-keys/${id}`)).body.name).toBe('gateway');
  expect((await ask(`DELETE /v1/api-keys/${id}`)).status).toBe(204);
  expect((await ask('GET /v1/sensors', { key })).status).toBe(401);
  expect((await ask('POST /v1/api-keys', { body: { scopes: [] } })).status).toBe(400);
});

test('changes are on record, with who and the id of the request', async () => {
  const { ask } = await createApiUnderTest();
  const headers = { 'x-request-id': 'from-a-proxy-1' };
  await ask('PUT /v1/rules/too-warm', { body: rule, headers });
  const { body } = await ask('GET /v1/audit?action=rule.put');
  expect(body.items[0]).toMatchObject({ who: 'key:admin', request_id: 'from-a-proxy-1' });
  expect((await ask('GET /v1/audit?limit=x')).status).toBe(400);
});

test('status tells what came in since the start', async () => {
  const { ask, metrics } = await createApiUnderTest();
  metrics.readings('http').accepted += 5;
  const { body } = await ask('GET /v1/status');
  expect(body).toMatchObject({ version: '1.2.3', readings_accepted: 5, mqtt_port: 1883 });
});

test('a key is held to its rate and told when to come back', async () => {
  const { ask } = await createApiUnderTest();
  const body = { name: 'slow', scopes: ['read'], rate_limit: 1 };
  const { body: made } = await ask('POST /v1/api-keys', { body });
  const answers = [];
  for (let i = 0; i < 4; i += 1) answers.push(await ask('GET /v1/sensors', { key: made.key }));
  const limited = answers.find(({ status }) => status === 429);
  expect(limited?.body.code).toBe('rate_limited');
  expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await ask('GET /v1/sensors', { key: ADMIN_KEY })).status).toBe(200);
});
