import { InfluxDB, Point } from '@influxdata/influxdb-client';
import { expect, test } from 'vitest';
import { createTestApp } from '../support/app.ts';
import { ADMIN_KEY } from '../support/spawn-platform.ts';

async function latest(platform: Awaited<ReturnType<typeof createTestApp>>, sensorId: string) {
  const { body } = await platform.call('GET', `/v1/sensors/${encodeURIComponent(sensorId)}`);
  return body.metrics as Record<
    string,
    { unit: string | null; last: { timestamp: string; value: number } }
  >;
}

test('requests of one millisecond without times do not take each other’s place', async () => {
  const platform = await createTestApp();
  const values = Array.from({ length: 50 }, (_, at) => at);
  const answers = await Promise.all(
    values.map((t) => platform.post(JSON.stringify({ sensor_id: 'burst', readings: { t } }))),
  );
  for (const { body } of answers) expect(body).toMatchObject({ accepted: 1, replaced: 0 });
  const { body } = await platform.call('GET', '/v1/sensors/burst/readings?metric=t');
  const stored = (body.samples as [string, number][]).map(([, value]) => value);
  expect(stored.toSorted((a, b) => a - b)).toEqual(values);
});

test('readings of one request without times do not take each other’s place', async () => {
  const platform = await createTestApp();
  const values = Array.from({ length: 20 }, (_, at) => at);
  const array = JSON.stringify(values.map((t) => ({ sensor_id: 'burst', readings: { t } })));
  const answers = await Promise.all([1, 2, 3].map(() => platform.post(array)));
  for (const { body } of answers) expect(body).toMatchObject({ accepted: 20, replaced: 0 });
  const { body } = await platform.call('GET', '/v1/sensors/burst/readings?metric=t');
  const stored = (body.samples as [string, number][]).map(([, value]) => value);
  expect(stored).toEqual([...values, ...values, ...values]);
});

test('a reading is there when its acknowledgement is', async () => {
  const platform = await createTestApp();
  const timestamp = new Date(Date.now() - 1000).toISOString();
  const reading = {
    sensor_id: 'freezer-3',
    timestamp,
    readings: { temperature: -18.4, humidity: 41 },
    metadata: { location: 'lyon/kitchen', calibration_date: '2026-03-01T00:00:00Z' },
  };
  expect((await platform.post(JSON.stringify(reading))).body).toEqual({
    accepted: 1,
    late: 0,
    replaced: 0,
    duplicates: 0,
    rejected: [],
    alerts: [],
  });
  const { body } = await platform.call('GET', '/v1/sensors/freezer-3/readings?metric=temperature');
  expect(body).toEqual({
    sensor_id: 'freezer-3',
    metric: 'temperature',
    unit: 'Cel',
    samples: [[timestamp, -18.4]],
    next_cursor: null,
  });
  const sensor = await platform.call('GET', '/v1/sensors/freezer-3');
  expect(sensor.body).toMatchObject({
    id: 'freezer-3',
    location: 'lyon/kitchen',
    calibration_date: '2026-03-01T00:00:00.000Z',
    status: 'ok',
  });
});

test('a refused reading is kept with what it said of its sensor', async () => {
  const platform = await createTestApp({ VIGIE_AUTO_REGISTER: 'false' });
  const metadata = { name: 'Oven', location: 'lyon' };
  const reading = { sensor_id: 'oven', readings: { t: 1 }, metadata };
  expect((await platform.post(JSON.stringify(reading))).body.rejected).toMatchObject([
    { code: 'sensor_unknown' },
  ]);
  const [letter] = (await platform.call('GET', '/v1/dead-letters')).body.items;
  const payload = JSON.parse(letter.payload);
  expect(payload.metadata).toEqual(metadata);
});

test('a sensor is called what its readings say, until somebody calls it otherwise', async () => {
  const platform = await createTestApp();
  const send = (name?: string) =>
    platform.send({ sensor_id: 'oven', readings: { t: 1 }, ...(name && { metadata: { name } }) });
  const nameNow = async () => (await platform.call('GET', '/v1/sensors/oven')).body.name;
  await send('Oven');
  expect(await nameNow()).toBe('Oven');
  await send();
  await send('Kiln');
  expect(await nameNow()).toBe('Kiln');
  await platform.call('PATCH', '/v1/sensors/oven', { name: 'The old kiln' });
  await send('Kiln');
  await send('Furnace');
  expect(await nameNow()).toBe('The old kiln');
  await platform.restart();
  await send('Furnace');
  expect(await nameNow()).toBe('The old kiln');
});

test('a session sends readings from our own page, until it ends', async () => {
  const { url } = await createTestApp();
  const signIn = await fetch(`${url}/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: ADMIN_KEY }),
  });
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  const send = async (site: string) => {
    const headers = { cookie, 'content-type': 'application/json', 'sec-fetch-site': site };
    const body = '{"sensor_id":"a","readings":{"t":1}}';
    return (await fetch(`${url}/v1/readings`, { method: 'POST', headers, body })).status;
  };
  expect([await send('same-origin'), await send('cross-site')]).toEqual([200, 403]);
  const headers = { cookie, 'sec-fetch-site': 'same-origin' };
  await fetch(`${url}/v1/session`, { method: 'DELETE', headers });
  expect(await send('same-origin')).toBe(401);
});

test('NDJSON is taken line by line', async () => {
  const platform = await createTestApp();
  const lines = [
    '{"sensor_id":"a","readings":{"t":1}}',
    'rubbish',
    '',
    '{"sensor_id":"b","readings":{"t":2}}',
  ];
  const { body } = await platform.post(lines.join('\n'), {
    'content-type': 'application/x-ndjson',
  });
  expect(body).toMatchObject({ accepted: 2, rejected: [{ index: 1, code: 'invalid_json' }] });
});

test('SenML with base fields, relative times and ut is taken', async () => {
  const platform = await createTestApp();
  const pack = [
    { bn: 'urn:dev:ow:10e2073a01080063:', bt: 0, n: 'temperature', u: 'Cel', v: 23.1, ut: 60 },
    { n: 'temperature', t: -10, u: 'Cel', v: 22.9 },
    { n: 'humidity', u: '%RH', v: 67 },
  ];
  const { status, body } = await platform.post(JSON.stringify(pack), {
    'content-type': 'application/senml+json',
  });
  expect([status, body.rejected]).toEqual([200, []]);
  const metrics = await latest(platform, 'urn:dev:ow:10e2073a01080063');
  expect(metrics.temperature).toMatchObject({ unit: 'Cel', last: { value: 23.1 } });
});

test('what the InfluxDB client sends is stored', async () => {
  const platform = await createTestApp();
  const influx = new InfluxDB({ url: platform.url, token: ADMIN_KEY });
  const writer = influx.getWriteApi('org', 'bucket', 'ms', { gzipThreshold: 1 });
  const now = Date.now();
  writer.writePoint(
    new Point('reading')
      .tag('sensor_id', 'kiln-1')
      .floatField('temperature', 812.5)
      .intField('count', 7)
      .timestamp(now),
  );
  writer.writePoint(
    new Point('disk')
      .tag('host', 'server-1')
      .tag('device', 'sda1')
      .floatField('used', 0.25)
      .booleanField('full', false)
      .timestamp(now),
  );
  await writer.close();
  expect(await latest(platform, 'kiln-1')).toMatchObject({
    temperature: { last: { value: 812.5, timestamp: new Date(now).toISOString() } },
    count: { last: { value: 7 } },
  });
  expect(await latest(platform, 'server-1')).toMatchObject({
    'disk.used.sda1': { last: { value: 0.25 } },
    'disk.full.sda1': { last: { value: 0 } },
  });
});

test('both line-protocol doors take every way to give the key', async () => {
  const platform = await createTestApp();
  const line = 'reading,sensor_id=x t=1i';
  const send = (path: string, headers: Record<string, string>) =>
    fetch(`${platform.url}${path}`, { method: 'POST', body: line, headers }).then(
      ({ status }) => status,
    );
  expect(await send('/write?db=any', { authorization: `Token ${ADMIN_KEY}` })).toBe(204);
  expect(
    await send('/api/v2/write?bucket=b&precision=s', {
      authorization: `Basic ${btoa(`u:${ADMIN_KEY}`)}`,
    }),
  ).toBe(204);
  expect(await send(`/write?u=key&p=${ADMIN_KEY}`, {})).toBe(204);
  expect(await send('/write', {})).toBe(401);
  const refused = await platform.post(
    'reading,sensor_id=x t="text"',
    { 'content-type': 'text/plain' },
    '/write',
  );
  expect(refused).toMatchObject({ status: 400, body: { code: 'all_readings_refused' } });
});

test('a key bound to sensors sends for those alone', async () => {
  const platform = await createTestApp();
  const { body: key } = await platform.call('POST', '/v1/api-keys', {
    name: 'gate',
    scopes: ['ingest'],
    sensors: ['gate-*'],
  });
  const authorization = `Bearer ${key.key}`;
  const readings = [
    { sensor_id: 'gate-1', readings: { t: 1 } },
    { sensor_id: 'other', readings: { t: 1 } },
  ];
  const { body } = await platform.post(JSON.stringify(readings), { authorization });
  expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'sensor_not_allowed' }] });
  expect((await fetch(`${platform.url}/v1/sensors`, { headers: { authorization } })).status).toBe(
    403,
  );
  await platform.call('DELETE', `/v1/api-keys/${key.id}`);
  expect((await platform.post(JSON.stringify(readings), { authorization })).status).toBe(401);
});

test('more than the queue holds is answered 503 with Retry-After, and what was acknowledged is stored', async () => {
  const platform = await createTestApp({ VIGIE_QUEUE_SIZE: '200KiB', VIGIE_RATE_LIMIT: '0' });
  const start = Date.now() - 200_000;
  const batch = (n: number) =>
    JSON.stringify(
      Array.from({ length: 500 }, (_, k) => ({
        sensor_id: `s${n}`,
        timestamp: new Date(start + k * 100).toISOString(),
        readings: { t: k },
      })),
    );
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => platform.post(batch(n))));
  const taken = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);
  expect(taken.length + refused.length).toBe(60);
  expect(taken.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers, body } of refused) {
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.code).toBe('overloaded');
  }
  let stored = 0;
  for (let n = 0; n < 60; n++) {
    const { body } = await platform.call(
      'GET',
      `/v1/sensors/s${n}/readings?metric=t&interval=1h&from=${new Date(start - 1000).toISOString()}`,
    );
    stored += (body.buckets ?? []).reduce(
      (sum: number, bucket: { count: number }) => sum + bucket.count,
      0,
    );
  }
  expect(stored).toBe(taken.length * 500);
});
