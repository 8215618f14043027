import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  ACKNOWLEDGE_LINK_MS,
  readAcknowledgeToken,
  signAcknowledgeToken,
} from './acknowledge-token.ts';

const T0 = Date.UTC(2026, 10, 25);
const secret = 'a secret of the platform';
const claims = {
  customer: 'main',
  alertId: '019ab7f0-0000-7000-8000-000000000001',
  contactId: 'anne',
  expiresMs: T0 + ACKNOWLEDGE_LINK_MS,
};
const token = signAcknowledgeToken(claims, secret);
const read = (text: string, nowMs = T0) => readAcknowledgeToken(text, { secret, nowMs });
const invalid = { ok: false, code: 'link_invalid' };

/** Signed as the platform would sign whatever it is given. */
function signed(value: unknown): string {
  const body = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

test('a token says what it was signed for, in characters that a path takes as they are', () => {
  expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
  expect(read(token)).toEqual({ ok: true, claims });
  expect(signAcknowledgeToken(claims, secret)).toBe(token);
});

test('a token lasts seven days, and says then whose it was', () => {
  expect(read(token, claims.expiresMs - 1)).toMatchObject({ ok: true });
  expect(read(token, claims.expiresMs)).toEqual({ ok: false, code: 'link_expired', claims });
});

test.each([
  ['customer', { customer: 'other' }],
  ['alert', { alertId: '019ab7f0-0000-7000-8000-000000000002' }],
  ['contact', { contactId: 'boss' }],
  ['expiry', { expiresMs: claims.expiresMs + 1 }],
])('a signature does not hold for another %s', (_name, change) => {
  const [body] = signAcknowledgeToken({ ...claims, ...change }, 'another secret').split('.');
  const [, mac] = token.split('.');
  expect(read(`${body}.${mac}`)).toEqual(invalid);
});

test('a token of another secret is refused, also where it has expired', () => {
  const forged = signAcknowledgeToken(claims, 'another secret');
  expect(read(forged)).toEqual(invalid);
  expect(read(forged, claims.expiresMs)).toEqual(invalid);
});

test('a token of another purpose is refused, though the platform signed it', () => {
  const { customer, alertId, contactId, expiresMs } = claims;
  expect(read(signed(['acknowledge', customer, alertId, contactId, expiresMs]))).toMatchObject({
    ok: true,
  });
  expect(read(signed(['reset', customer, alertId, contactId, expiresMs]))).toEqual(invalid);
});

test.each([
  '',
  '.',
  'x',
  'x.y',
  `${token}.`,
  `${token}x`,
  token.slice(0, -1),
  `${token.split('.')[0]}.`,
  `.${token.split('.')[1]}`,
  'x'.repeat(100_000),
])('what is no token is refused (%#)', (text) => {
  expect(read(text)).toEqual(invalid);
});
