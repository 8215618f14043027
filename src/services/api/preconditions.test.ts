import { expect, test } from 'vitest';
import { createApiUnderTest } from '#test/support/create-api.ts';

const CONTACT = { channel: 'webhook', settings: { url: 'http://127.0.0.1:9/' } };

test.each([
  ['/v1/rules/x', { when: { metric: 't', above: [{ limit: 1 }] } }],
  ['/v1/contacts/x', CONTACT],
  ['/v1/policies/x', { steps: [{ contacts: ['anne'] }] }],
  [
    '/v1/on-call/x',
    { time_zone: 'UTC', starts_at: '2026-11-02T08:00:00Z', shift: '7d', contacts: ['anne'] },
  ],
  [
    '/v1/maintenance-windows/x',
    { time_zone: 'UTC', starts_at: '2026-11-23T02:00:00Z', duration: '1h' },
  ],
  ['/v1/templates/x', { texts: [{ language: 'en', text: '{headline}' }] }],
  ['/v1/places/x', { name: 'Kitchen' }],
])(
  'who replaces %s that somebody has changed meanwhile is told so, and changes nothing',
  async (path, body) => {
    const { ask } = await createApiUnderTest();
    await ask('PUT /v1/contacts/anne', { body: CONTACT });
    const put = (headers = {}) => ask(`PUT ${path}`, { body, headers });
    const made = await put();
    expect([made.status, made.body.code]).toEqual([201, undefined]);
    const read = await ask(`GET ${path}`);
    const etag = read.headers.get('etag') ?? '';
    expect([made.headers.get('etag'), etag]).toEqual([etag, `"${read.body.updated_at}"`]);
    // Optional: who does not ask replaces.
    expect((await put()).status).toBe(200);
    const late = await put({ 'if-match': etag });
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed']);
    const now = await ask(`GET ${path}`);
    expect((await put({ 'if-match': now.headers.get('etag') ?? '' })).status).toBe(200);
    await ask(`DELETE ${path}`);
    expect((await put({ 'if-match': '*' })).body.code).toBe('precondition_failed');
  },
);

test('a rule that is built in can be replaced as it was read, once', async () => {
  const { ask } = await createApiUnderTest();
  const read = await ask('GET /v1/rules/silent');
  const put = () =>
    ask('PUT /v1/rules/silent', {
      body: { when: { silent: '15m' } },
      headers: { 'if-match': read.headers.get('etag') ?? '' },
    });
  expect((await put()).status).toBe(201);
  expect((await put()).body.code).toBe('precondition_failed');
});
