import { expect, test } from 'vitest';
import { sessionCookieOf, setSessionCookie } from './session-cookie.ts';

test('the cookie is found among others and made secure where the address is', () => {
  expect(sessionCookieOf('a=1; vigie_session=xyz; b=2')).toBe('xyz');
  expect(sessionCookieOf('vigie_session=; b=2')).toBeUndefined();
  expect(sessionCookieOf('other_vigie_session=x')).toBeUndefined();
  expect(sessionCookieOf(undefined)).toBeUndefined();
  expect(setSessionCookie('x', { maxAgeSeconds: 9.7, isSecure: true })).toMatch(
    /^vigie_session=x; Path=\/; Max-Age=9; HttpOnly; SameSite=Strict; Secure$/,
  );
});
