import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { ERRORS, type ErrorCode, VigieError } from '#domain/errors.ts';
import { createLogger } from './logging.ts';
import { createProblems } from './problem.ts';

function setUp(publicUrl?: string) {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    destination: { write: (line) => void lines.push(line) },
  });
  return { lines, problems: createProblems({ publicUrl, logger }) };
}

function request(headers: Record<string, string> = {}): IncomingMessage {
  return { headers, method: 'POST', url: '/v1/x?key=s3cret' } as unknown as IncomingMessage;
}

test('every code of the list has a status, a title in both languages and an address', () => {
  const { problems } = setUp('https://vigie.example');
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const titles = ['en', 'fr'].map((language) => {
      const error = new VigieError(code, 'why');
      const { status, document } = problems.of(error, request({ 'accept-language': language }));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(document).toMatchObject({ status, code });
      expect(document.type).toBe(`https://vigie.example/docs/errors#${code}`);
      return document.title;
    });
    expect(titles.every((title) => title.length > 3)).toBe(true);
  }
});

test('a problem carries pointer, further members and Retry-After', () => {
  const { problems } = setUp();
  const error = new VigieError('rate_limited', 'Slow down.', {
    pointer: '/readings/0',
    retryAfterSeconds: 1.2,
    extra: { rejected: [1], status: 999 },
  });
  const { headers, document } = problems.of(error, request({ 'x-request-id': 'abc-12345' }));
  expect(headers['retry-after']).toBe('2');
  expect(headers['x-request-id']).toBe('abc-12345');
  expect(document).toMatchObject({
    type: '/docs/errors#rate_limited',
    status: 429,
    pointer: '/readings/0',
    rejected: [1],
    instance: 'abc-12345',
  });
});

test('an unknown error is internal: its message stays in the log, with the request id', () => {
  const { lines, problems } = setUp();
  const { status, document } = problems.of(new Error('password is 12345'), request());
  expect(status).toBe(500);
  expect(JSON.stringify(document)).not.toContain('12345');
  expect(lines[0]).toContain('password is 12345');
  expect(lines[0]).toContain(document.instance);
  expect(lines[0]).not.toContain('s3cret');
});

test('an internal VigieError does not show its message either', () => {
  const { problems } = setUp();
  const { document } = problems.of(new VigieError('internal', 'table x'), request());
  expect(document.detail).not.toContain('table');
});

test('while everything fails alike the log gets a line a second, not one a request', () => {
  const { lines, problems } = setUp();
  for (let k = 0; k < 50; k++) problems.of(new VigieError('storage_full', 'Full.'), request());
  problems.of(new VigieError('storage_unavailable', 'Away.'), request());
  expect(lines).toHaveLength(2);
  for (let k = 0; k < 3; k++) problems.of(new Error('x'), request());
  expect(lines).toHaveLength(5);
});

test('401 names the scheme and 405 what is allowed', () => {
  const { problems } = setUp();
  const unauthenticated = problems.of(new VigieError('unauthenticated', 'Key?'), request());
  expect(unauthenticated.headers['www-authenticate']).toBe('Bearer');
  const extra = { allow: ['GET', 'POST'] };
  const notAllowed = problems.of(new VigieError('method_not_allowed', 'No.', { extra }), request());
  expect(notAllowed.headers.allow).toBe('GET, POST');
});

test('an id of a request that could harm a log is replaced', () => {
  const { problems } = setUp();
  const { document } = problems.of(new Error('x'), request({ 'x-request-id': 'a b\n{}' }));
  expect(document.instance).toMatch(/^[0-9a-f-]{36}$/);
});
