import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '#storage/embedded/history/duckdb.ts';
import { createTestApp, type Json, type TestApp } from '../support/app.ts';
import { ADMIN_KEY } from '../support/spawn-platform.ts';
import { createWebhookReceiver } from '../support/webhook-receiver.ts';

const authorization = `Bearer ${ADMIN_KEY}`;
const COUNT = 6000;
const STEP_MS = 1000;

/** A quiet wave, one sample a second, with a single sample far above it. JSON knows no -0. */
function wave(startMs: number) {
  return Array.from({ length: COUNT }, (_, k) => ({
    timeMs: startMs + k * STEP_MS,
    value: k === 4321 ? 99.5 : Math.round(Math.sin(k / 50) * 1000) / 1000 + 0,
  }));
}

async function withWave() {
  const platform = await createTestApp();
  const hourMs = 3_600_000;
  const startMs = Math.floor((Date.now() - 2 * hourMs) / hourMs) * hourMs;
  const samples = wave(startMs);
  const readings = samples.map(({ timeMs, value }) => ({
    sensor_id: 'kiln-1',
    timestamp: new Date(timeMs).toISOString(),
    readings: { temperature: value },
  }));
  expect(await platform.send(...readings)).toMatchObject({ accepted: COUNT, rejected: [] });
  const from = new Date(startMs).toISOString();
  return { platform, samples, startMs, from };
}

const PATH = '/v1/sensors/kiln-1/readings?metric=temperature';

/** Follows `next_cursor` to the end. */
async function pages(platform: TestApp, path: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body }: { status: number; body: Json } = await platform.call(
      'GET',
      `${path}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    expect(status).toBe(200);
    found.push(body);
    cursor = body.next_cursor;
  }
  return found;
}

test('pages of a cursor hold every sample once, in order', async () => {
  const { platform, samples, from } = await withWave();
  const found = await pages(platform, `${PATH}&from=${from}&limit=1700`);
  expect(found.map((page) => page.samples.length)).toEqual([1700, 1700, 1700, 900]);
  expect(found.flatMap((page) => page.samples)).toEqual(
    samples.map(({ timeMs, value }) => [new Date(timeMs).toISOString(), value]),
  );
  // `to` is exclusive, `from` inclusive.
  const to = new Date(samples[10]!.timeMs).toISOString();
  const { body } = await platform.call('GET', `${PATH}&from=${from}&to=${to}`);
  expect(body.samples).toHaveLength(10);
});

test('buckets keep spikes, by interval and by number of points', async () => {
  const { platform, samples, startMs, from } = await withWave();
  const { body } = await platform.call('GET', `${PATH}&from=${from}&interval=10m`);
  expect(body).toMatchObject({ interval: '10m', unit: 'Cel', next_cursor: null });
  const expected = Array.from({ length: 10 }, (_, k) => {
    const values = samples.slice(k * 600, (k + 1) * 600).map(({ value }) => value);
    return {
      timestamp: new Date(startMs + k * 600_000).toISOString(),
      min: Math.min(...values),
      max: Math.max(...values),
      mean: expect.closeTo(values.reduce((sum, value) => sum + value, 0) / 600, 6),
      count: 600,
    };
  });
  expect(body.buckets).toEqual(expected);
  expect(body.buckets[7].max).toBe(99.5);

  const { body: thin } = await platform.call('GET', `${PATH}&from=${from}&points=40`);
  expect(thin.buckets.length).toBeLessThanOrEqual(40);
  expect(Math.max(...thin.buckets.map(({ max }: Json) => max))).toBe(99.5);
  expect(thin.buckets.reduce((sum: number, { count }: Json) => sum + count, 0)).toBe(COUNT);

  const paged = await pages(platform, `${PATH}&from=${from}&interval=10m&limit=4`);
  expect(paged.map((page) => page.buckets.length)).toEqual([4, 4, 2]);
  expect(paged.flatMap((page) => page.buckets)).toEqual(body.buckets);
});

test('questions that make no sense are answered with what is wrong', async () => {
  const platform = await createTestApp();
  await platform.send({ sensor_id: 'kiln-1', readings: { temperature: 1, humidity: 2 } });
  const ask = async (query: string) => {
    const { status, body } = await platform.call('GET', `/v1/sensors/kiln-1/readings?${query}`);
    return [status, body.code, body.pointer];
  };
  expect(await ask('')).toEqual([400, 'invalid_request', '/metric']);
  expect(await ask('metric=pressure')).toEqual([404, 'not_found', undefined]);
  expect(await ask('metric=humidity&from=yesterday')).toEqual([400, 'invalid_request', '/from']);
  expect(await ask('metric=humidity&limit=0')).toEqual([400, 'invalid_request', '/limit']);
  expect(await ask('metric=humidity&cursor=rubbish')).toEqual([400, 'invalid_request', '/cursor']);
  expect(await ask('metric=humidity&interval=soon')).toEqual([400, 'invalid_request', '/interval']);
  expect((await platform.call('GET', '/v1/sensors/nobody/readings')).status).toBe(404);
  expect((await fetch(`${platform.url}/v1/sensors`)).status).toBe(401);
});

test('lists of sensors and alerts are paged and filtered', async () => {
  const platform = await createTestApp();
  await platform.put('/v1/rules/hot', { when: { metric: 't', above: [{ limit: 8 }] } });
  const ids = Array.from({ length: 25 }, (_, k) => `s${String(k).padStart(2, '0')}`);
  await platform.send(
    ...ids.map((sensor_id, k) => ({ sensor_id, readings: { t: k % 2 === 0 ? 9 : 5 } })),
  );
  const sensors = await pages(platform, '/v1/sensors?limit=10');
  expect(sensors.flatMap(({ items }) => items.map(({ id }: Json) => id))).toEqual(ids);
  const alerts = await pages(platform, '/v1/alerts?limit=5&state=active');
  expect(alerts.map(({ items }) => items.length)).toEqual([5, 5, 3]);
  const found = new Set(
    alerts.flatMap(({ items }) => items.map(({ sensor_id }: Json) => sensor_id)),
  );
  expect(found.size).toBe(13);
  const { body: one } = await platform.call('GET', '/v1/alerts?sensor_id=s02&severity=warning');
  expect(one.items).toMatchObject([{ sensor_id: 's02' }]);
  const { body: none } = await platform.call('GET', '/v1/alerts?acknowledged=true');
  expect(none.items).toEqual([]);
  const { body: named } = await platform.call('GET', '/v1/sensors?q=s1');
  expect(named.items).toHaveLength(10);
});

test('an export holds every sample in each of its formats', async () => {
  const { platform, samples } = await withWave();
  await platform.send({ sensor_id: 'kiln-2', readings: { temperature: 5, 'ratio.é': 0.5 } });
  const fetchExport = async (query: string) => {
    const url = `${platform.url}/v1/export?${query}`;
    const answer = await fetch(url, { headers: { authorization } });
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };

  const [head, ...lines] = (await fetchExport('sensor_id=kiln-1')).toString().trim().split('\r\n');
  expect(head).toBe('sensor_id,metric,unit,timestamp,value,received_at');
  expect(lines.map((line) => line.split(',').slice(0, 5).join())).toEqual(
    samples.map(
      ({ timeMs, value }) => `kiln-1,temperature,Cel,${new Date(timeMs).toISOString()},${value}`,
    ),
  );

  const rows = JSON.parse((await fetchExport('format=json&sensor_id=kiln-*')).toString()) as Json[];
  expect(rows).toHaveLength(COUNT + 2);
  expect(rows.at(-2)).toMatchObject({ sensor_id: 'kiln-2', metric: 'ratio.é', value: 0.5 });

  const path = join(platform.dataDir, 'out.parquet');
  writeFileSync(path, await fetchExport('format=parquet&metric=temperature'));
  const database = await openDatabase(':memory:', {});
  const connection = await database.connect();
  onTestFinished(() => {
    connection.close();
    database.close();
  });
  const [times, values] = await connection.columns(
    `SELECT epoch_us(timestamp), value FROM read_parquet('${path}') WHERE sensor_id = 'kiln-1' ORDER BY timestamp`,
    ['bigint', 'double'],
  );
  expect([...times!].map((us) => us / 1000)).toEqual(samples.map(({ timeMs }) => timeMs));
  expect([...values!]).toEqual(samples.map(({ value }) => value));
  const [counts] = await connection.columns(
    `SELECT count(*) FROM read_parquet('${path}') WHERE sensor_id = 'kiln-2' AND metric = 'temperature' AND unit = 'Cel'`,
    ['bigint'],
  );
  expect(counts?.[0]).toBe(1);
});

/** Listens to live events until the test ends; answers what was heard so far. */
async function listen(platform: TestApp, query: string, headers: Record<string, string> = {}) {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const answer = await fetch(`${platform.url}/v1/events?${query}`, {
    headers: { authorization, ...headers },
    signal: stopping.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  let text = '';
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) text += decoder.decode(chunk, { stream: true });
  })().catch(() => undefined);
  const events = () =>
    text
      .split('\n\n')
      .filter((block) => block.includes('data:'))
      .map((block) => ({
        id: /^id: ?(.*)$/m.exec(block)?.[1] ?? '',
        name: /^event: ?(.*)$/m.exec(block)?.[1] ?? '',
        data: JSON.parse(/^data: ?(.*)$/m.exec(block)?.[1] ?? 'null'),
      }));
  await expect.poll(() => text).toContain('retry:');
  return { events, names: () => events().map(({ name }) => name), stop: () => stopping.abort() };
}

test('samples, alerts and deliveries are live, and go on after the last event that was seen', async () => {
  const platform = await createTestApp();
  const receiver = await createWebhookReceiver(onTestFinished);
  await platform.put('/v1/contacts/hook', { channel: 'webhook', settings: { url: receiver.url } });
  await platform.put('/v1/rules/hot', { when: { metric: 't', above: [{ limit: 8 }] } });
  const all = await listen(platform, 'topics=samples,alerts,deliveries');
  const oven = await listen(platform, 'topics=samples&sensor_id=oven');
  await platform.send({ sensor_id: 'oven', readings: { t: 9 } });
  await platform.send({ sensor_id: 'fridge', readings: { t: 4 } });
  await expect.poll(() => all.names().sort()).toEqual(['alert', 'delivery', 'sample', 'sample']);
  const byName = Object.fromEntries(all.events().map(({ name, data }) => [name, data]));
  expect(byName.alert).toMatchObject({ sensor_id: 'oven', state: 'active', value: 9 });
  expect(byName.delivery).toMatchObject({ contact_id: 'hook', state: 'sent' });
  expect(oven.events().map(({ data }) => data)).toEqual([
    { sensor_id: 'oven', timestamp: expect.any(String), readings: { t: 9 } },
  ]);

  const lastId = all.events().at(-1)!.id;
  all.stop();
  await platform.send({ sensor_id: 'oven', readings: { t: 5 } });
  const again = await listen(platform, 'topics=samples,alerts', { 'last-event-id': lastId });
  await expect.poll(() => again.names().sort()).toEqual(['alert', 'sample']);
  expect(again.events().find(({ name }) => name === 'alert')?.data).toMatchObject({
    state: 'cleared',
  });
  // From another run of the platform nothing can be made up for, and it says so.
  await platform.restart();
  const later = await listen(platform, 'topics=alerts', { 'last-event-id': lastId });
  await expect.poll(() => later.names()).toEqual(['gap']);
});

test('whatever people change is told to who listens, and sensors that register themselves', async () => {
  const platform = await createTestApp();
  const stream = await listen(platform, 'topics=changes');
  const changes = () => stream.events().map(({ data }) => `${data.kind}.${data.action} ${data.id}`);
  await platform.put('/v1/rules/hot', { when: { metric: 't', above: [{ limit: 8 }] } });
  await platform.put('/v1/contacts/anne', { channel: 'null', settings: {} });
  await platform.put('/v1/places/hall', { name: 'Hall' });
  await platform.send({ sensor_id: 'oven', readings: { t: 4 } });
  await platform.call('PATCH', '/v1/sensors/oven', { name: 'Oven' });
  await platform.send(
    { sensor_id: 'a', readings: { t: 4 } },
    { sensor_id: 'b', readings: { t: 4 } },
  );
  await platform.call('POST', '/v1/sensors', { id: 'c' });
  await platform.call('DELETE', '/v1/sensors/c');
  await platform.call('DELETE', '/v1/places/hall');
  // What was refused has changed nothing.
  await platform.call('DELETE', '/v1/places/hall');
  await platform.call('POST', '/v1/api-keys', { name: 'cellar', scopes: ['ingest'] });
  await expect
    .poll(changes)
    .toEqual([
      'rule.put hot',
      'contact.put anne',
      'place.put hall',
      'sensor.register oven',
      'sensor.patch oven',
      'sensor.register null',
      'sensor.create c',
      'sensor.delete c',
      'place.delete hall',
      'key.create null',
    ]);
});

test('metrics count readings, commits, alerts and deliveries, and time them', async () => {
  const platform = await createTestApp();
  const receiver = await createWebhookReceiver(onTestFinished);
  await platform.put('/v1/contacts/hook', { channel: 'webhook', settings: { url: receiver.url } });
  await platform.put('/v1/rules/hot', { when: { metric: 't', above: [{ limit: 8 }] } });
  const read = async () => {
    const text = await (await fetch(`${platform.url}/metrics`)).text();
    const values = new Map<string, number>();
    for (const line of text.split('\n')) {
      const match = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line);
      if (match) values.set(match[1]!, Number(match[2]));
    }
    return (name: string) => values.get(name) ?? 0;
  };
  const before = await read();
  const good = { sensor_id: 'oven', timestamp: new Date().toISOString(), readings: { t: 9, u: 1 } };
  await platform.send(good, { sensor_id: 'a b', readings: { t: 1 } });
  await platform.send(good);
  await expect
    .poll(async () => (await read())('vigie_reading_to_notification_seconds_count'))
    .toBe(1);
  const after = await read();
  const readings = (outcome: string) => `vigie_readings_total{outcome="${outcome}",source="http"}`;
  expect(after(readings('accepted'))).toBe(1);
  expect(after(readings('duplicate'))).toBe(1);
  expect(after(readings('rejected'))).toBe(1);
  expect(after('vigie_samples_total')).toBe(2);
  expect(after('vigie_reading_to_ack_seconds_count')).toBe(2);
  expect(after('vigie_reading_to_ack_seconds_bucket{le="+Inf"}')).toBe(2);
  expect(after('vigie_reading_to_ack_seconds_sum')).toBeGreaterThan(0);
  expect(after('vigie_commit_seconds_count')).toBeGreaterThan(before('vigie_commit_seconds_count'));
  expect(after('vigie_alert_changes_total{change="raised",severity="warning"}')).toBe(1);
  expect(after('vigie_deliveries_total{channel="webhook",outcome="sent"}')).toBe(1);
  expect(after('vigie_queue_readings')).toBe(0);
  expect(after('process_resident_memory_bytes')).toBeGreaterThan(1e6);
});

test('health, the OpenAPI document and the documentation are open to everybody', async () => {
  const platform = await createTestApp();
  const get = async (path: string) => {
    const answer = await fetch(`${platform.url}${path}`);
    return {
      status: answer.status,
      type: answer.headers.get('content-type'),
      text: await answer.text(),
    };
  };
  expect(await get('/health/live')).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  const ready = await get('/health/ready');
  expect(ready.status).toBe(200);
  expect(JSON.parse(ready.text)).toEqual({
    status: 'ok',
    checks: { storage: 'ok', history: 'ok' },
    connections: {},
  });
  const document = JSON.parse((await get('/openapi.json')).text) as Json;
  expect(document.openapi).toMatch(/^3\.1/);
  for (const path of [
    '/v1/readings',
    '/write',
    '/api/v2/write',
    '/v1/sensors/{id}/readings',
    '/v1/rules/{id}',
    '/v1/alerts/{id}/acknowledge',
    '/v1/contacts/{id}/test',
    '/v1/events',
    '/v1/export',
  ]) {
    expect(Object.keys(document.paths), path).toContain(path);
  }
  const docs = await get('/docs');
  expect(docs).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  for (const path of Object.keys(document.paths)) expect(docs.text).toContain(path);
  expect((await get('/')).text).toContain('<!doctype html>');
});
