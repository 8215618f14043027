import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createTestApp, type RawBody } from '../support/app.ts';
import { ADMIN_KEY } from '../support/spawn-platform.ts';

const good = { sensor_id: 'a', readings: { temperature: 1 } };

/** Refused readings: the body, the code, and where it points. */
const REFUSED: [name: string, reading: unknown, code: string][] = [
  ['no sensor_id', { readings: { t: 1 } }, 'sensor_id_missing'],
  ['an empty sensor_id', { ...good, sensor_id: '' }, 'sensor_id_invalid'],
  ['an enormous sensor_id', { ...good, sensor_id: 'x'.repeat(201) }, 'sensor_id_invalid'],
  ['a path trick', { ...good, sensor_id: '../../etc/passwd' }, 'sensor_id_invalid'],
  ['two dots alone', { ...good, sensor_id: '..' }, 'sensor_id_invalid'],
  ['a slash', { ...good, sensor_id: 'a/b' }, 'sensor_id_invalid'],
  ['a NUL', { ...good, sensor_id: 'a\0b' }, 'sensor_id_invalid'],
  ['a wildcard', { ...good, sensor_id: 'a+#' }, 'sensor_id_invalid'],
  ['a sensor_id that is a number', { ...good, sensor_id: 7 }, 'sensor_id_invalid'],
  ['no readings', { sensor_id: 'a' }, 'readings_missing'],
  ['empty readings', { sensor_id: 'a', readings: {} }, 'readings_missing'],
  ['only null', { sensor_id: 'a', readings: { t: null } }, 'readings_missing'],
  ['readings as a list', { sensor_id: 'a', readings: [1] }, 'readings_missing'],
  ['a text as value', { sensor_id: 'a', readings: { t: '1' } }, 'value_not_number'],
  ['NaN as text', { sensor_id: 'a', readings: { t: 'NaN' } }, 'value_not_number'],
  ['true as value', { sensor_id: 'a', readings: { t: true } }, 'value_not_number'],
  ['a metric with a space', { sensor_id: 'a', readings: { 'a b': 1 } }, 'metric_invalid'],
  ['an enormous metric', { sensor_id: 'a', readings: { ['x'.repeat(65)]: 1 } }, 'metric_invalid'],
  ['a local time', { ...good, timestamp: '2026-11-22T05:00:00' }, 'timestamp_without_offset'],
  ['a time that is none', { ...good, timestamp: 'yesterday' }, 'timestamp_invalid'],
  ['the 30th of February', { ...good, timestamp: '2026-02-30T05:00:00Z' }, 'timestamp_invalid'],
  ['a number as time', { ...good, timestamp: 1_700_000_000 }, 'timestamp_invalid'],
  ['the far future', { ...good, timestamp: '2999-01-01T00:00:00Z' }, 'timestamp_in_future'],
  ['a misspelt field', { sensor_id: 'a', reading: { t: 1 } }, 'unknown_field'],
  ['a list in the list', [1], 'not_an_object'],
  ['null', null, 'not_an_object'],
];

test.each(REFUSED)(
  '%s is refused with its code, kept, and leaves the others alone',
  async (_, reading, code) => {
    const platform = await createTestApp();
    const { status, body } = await platform.post(JSON.stringify([good, reading]));
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code }] });
    expect(body.rejected[0].detail).not.toBe('');
    const { body: letters } = await platform.call('GET', '/v1/dead-letters');
    expect(letters.items).toMatchObject([{ code }]);
    const alone = await platform.post(JSON.stringify([reading]));
    expect(alone.status).toBe(400);
    expect(alone.headers.get('content-type')).toBe('application/problem+json');
    expect(alone.body).toMatchObject({
      code: 'all_readings_refused',
      rejected: [{ index: 0, code }],
    });
  },
);

test('whole requests that make no sense are refused with a problem', async () => {
  const platform = await createTestApp();
  const cases: [RawBody, number, string, Record<string, string>?][] = [
    ['{', 400, 'invalid_json'],
    ['', 400, 'invalid_json'],
    ['[]', 400, 'no_readings'],
    ['{"sensor_id":"a","readings":{"t":NaN}}', 400, 'invalid_json'],
    [Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400, 'invalid_utf8'],
    ['['.repeat(200_000), 400, 'nesting_too_deep'],
    [JSON.stringify(Array.from({ length: 50_001 }, () => 0)), 413, 'too_many_readings'],
    ['x'.repeat(17 * 1024 * 1024), 413, 'body_too_large'],
    ['<a/>', 415, 'unsupported_media_type', { 'content-type': 'application/xml' }],
    ['not gzip', 400, 'invalid_request', { 'content-encoding': 'gzip' }],
    [
      gzipSync(Buffer.alloc(40 * 1024 * 1024)),
      413,
      'body_too_large',
      { 'content-encoding': 'gzip' },
    ],
    ['{}', 401, 'unauthenticated', { authorization: 'Bearer wrong' }],
  ];
  for (const [body, status, code, headers] of cases) {
    const answer = await platform.post(body, headers);
    expect([answer.status, answer.body.code], `${String(body).slice(0, 40)}`).toEqual([
      status,
      code,
    ]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  }
});

test('a huge number and a name that appears twice are refused', async () => {
  const platform = await createTestApp();
  const huge = await platform.post('{"sensor_id":"a","readings":{"t":1e999}}');
  expect(huge.body.rejected).toMatchObject([{ code: 'value_not_finite', pointer: '/readings/t' }]);
  const twice = await platform.post('{"sensor_id":"a","readings":{"t":1,"t":2}}');
  expect(twice.body.rejected).toMatchObject([{ code: 'duplicate_key' }]);
});

test('a body of 100 MB is refused before it is taken in', async () => {
  const platform = await createTestApp();
  const { port, hostname } = new URL(platform.url);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.write(
      `POST /v1/readings HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n[`,
    );
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('body_too_large');
});

test('a chunked body without a declared length is bounded too', async () => {
  const platform = await createTestApp({ VIGIE_MAX_BODY: '1MiB' });
  const chunk = new Uint8Array(64 * 1024).fill(32);
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (sent++ < 64) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const answer = await fetch(`${platform.url}/v1/readings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as RequestInit).then(
    (response) => response.status,
    () => 'closed',
  );
  expect([413, 'closed']).toContain(answer);
  expect((await platform.post(JSON.stringify(good))).status).toBe(200);
});
