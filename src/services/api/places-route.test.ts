import { expect, test } from 'vitest';
import { ADMIN_KEY, createApiUnderTest } from '#test/support/create-api.ts';

const KITCHEN = { id: 'kitchen', name: 'Kitchen', sensors: [{ sensor_id: 'oven', x: 0.5, y: 0 }] };

async function createPlaces() {
  const { ask, url } = await createApiUnderTest();
  const path = '/v1/places/kitchen/picture';
  const headers = { authorization: `Bearer ${ADMIN_KEY}` };
  const send = (type: string, body: Uint8Array<ArrayBuffer>, more = {}) =>
    fetch(url + path, {
      method: 'PUT',
      headers: { ...headers, 'content-type': type, ...more },
      body,
    });
  const fetchPicture = (more = {}) => fetch(url + path, { headers: { ...headers, ...more } });
  return { ask, send, fetchPicture };
}

/** A file of this many bytes that begins as a PNG does. */
function png(bytes: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(bytes);
  file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return file;
}

test('places are made, listed, read, replaced and removed', async () => {
  const { ask } = await createPlaces();
  const made = await ask('POST /v1/places', { body: KITCHEN });
  expect([made.status, made.headers.get('location')]).toEqual([201, '/v1/places/kitchen']);
  expect((await ask('GET /v1/places')).body.items).toEqual([made.body]);
  expect((await ask('GET /v1/places/kitchen')).body).toEqual(made.body);
  const put = await ask('PUT /v1/places/kitchen', { body: { ...made.body, name: 'Galley' } });
  expect([put.status, put.body.name]).toEqual([200, 'Galley']);
  expect((await ask('DELETE /v1/places/kitchen')).status).toBe(204);
  expect((await ask('GET /v1/places/kitchen')).body.code).toBe('not_found');
});

test('who replaces a place that somebody has changed meanwhile is told so, and changes nothing', async () => {
  const { ask, send } = await createPlaces();
  const made = await ask('POST /v1/places', { body: KITCHEN });
  const read = await ask('GET /v1/places/kitchen');
  const etag = read.headers.get('etag') ?? '';
  expect([made.headers.get('etag'), etag]).toEqual([etag, `"${read.body.updated_at}"`]);
  const put = (name: string, ifMatch: string) =>
    ask('PUT /v1/places/kitchen', { body: { name }, headers: { 'if-match': ifMatch } });
  const first = await put('Galley', `"other", W/${etag}`);
  expect([first.status, first.headers.get('etag')]).not.toContain(etag);
  const second = await put('Scullery', etag);
  expect([second.status, second.body.code]).toEqual([412, 'precondition_failed']);
  expect(second.body.detail).toContain(first.body.updated_at);
  const picture = await send('image/png', png(100), { 'if-match': etag });
  expect(picture.status).toBe(412);
  expect((await ask('GET /v1/places/kitchen')).body).toEqual(first.body);
  expect((await put('Scullery', '*')).status).toBe(200);
  await ask('DELETE /v1/places/kitchen');
  for (const tag of ['*', etag]) expect((await put('Ghost', tag)).status).toBe(412);
});

test('a picture comes back as it was sent, by its true type, and not again to who has it', async () => {
  const { ask, send, fetchPicture } = await createPlaces();
  await ask('POST /v1/places', { body: KITCHEN });
  expect((await fetchPicture()).status).toBe(404);
  const file = png(5 * 1024 * 1024);
  // Called a JPEG, it is a PNG all the same.
  expect((await send('image/jpeg', file)).status).toBe(200);
  const answer = await fetchPicture();
  expect(Buffer.from(await answer.arrayBuffer()).equals(file)).toBe(true);
  expect(answer.headers.get('content-type')).toBe('image/png');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  const etag = answer.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  const again = await fetchPicture({ 'if-none-match': `"other", W/${etag}` });
  expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
  expect((await fetchPicture({ 'if-none-match': '"other"' })).status).toBe(200);
});

test('what is no picture, or too large, is refused; no other call takes a picture', async () => {
  const { ask, send } = await createPlaces();
  await ask('POST /v1/places', { body: KITCHEN });
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>');
  for (const [type, file, status, code] of [
    ['image/svg+xml', svg, 415, 'unsupported_media_type'],
    ['image/png', svg, 415, 'unsupported_media_type'],
    ['image/png', png(5 * 1024 * 1024 + 1), 413, 'body_too_large'],
  ] as const) {
    const answer = await send(type, file);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([
      status,
      code,
    ]);
  }
  const headers = { 'content-type': 'image/png' };
  const elsewhere = await ask('PUT /v1/places/kitchen', { body: 'x', headers });
  expect(elsewhere.body.code).toBe('unsupported_media_type');
  expect((await ask('GET /v1/places/kitchen')).body.picture).toBeNull();
});
