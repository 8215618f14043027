import { expect, test } from 'vitest';
import { parseHead } from './parse-head.ts';

const PLAIN = ['POST /write?db=s HTTP/1.1', 'Host: x', 'Content-Length: 12', 'X-Any: a b'];

function parse(...lines: string[]) {
  return parseHead(lines.join('\r\n'));
}

test('a plain head is read: path, query, headers in lower case, where its length stands', () => {
  const parsed = parse('POST /write?db=s HTTP/1.1', 'HOST:x', 'content-length:\t12 ', 'X-Empty:');
  expect(parsed).toMatchObject({
    path: '/write',
    contentLength: 12,
    head: { method: 'POST', url: '/write?db=s' },
  });
  expect({ ...parsed?.head.headers }).toEqual({ host: 'x', 'content-length': '12', 'x-empty': '' });
  const text = 'POST / HTTP/1.1\r\nHost: 12\r\nContent-Length:  12\r\nX: 12';
  const { lengthStart, lengthEnd } = parseHead(text)!;
  expect(text.slice(0, lengthStart)).toBe('POST / HTTP/1.1\r\nHost: 12\r\nContent-Length:  ');
  expect(text.slice(lengthEnd)).toBe('\r\nX: 12');
});

test('a connection that is said to be kept is plain', () => {
  expect(parse(...PLAIN, 'Connection: Keep-Alive')).toBeDefined();
});

test('a cookie beside a key is plain', () => {
  expect(parse(...PLAIN, 'Cookie: a=b', 'Authorization: Bearer x')).toBeDefined();
});

test.each([
  ['another method', ['GET / HTTP/1.1', 'Host: x', 'Content-Length: 1']],
  ['another version', ['POST / HTTP/1.0', 'Host: x', 'Content-Length: 1']],
  ['an absolute target', ['POST http://x/ HTTP/1.1', 'Host: x', 'Content-Length: 1']],
  ['a fragment', ['POST /#a HTTP/1.1', 'Host: x', 'Content-Length: 1']],
  ['two spaces', ['POST  / HTTP/1.1', 'Host: x', 'Content-Length: 1']],
  ['no Host', ['POST / HTTP/1.1', 'Content-Length: 1']],
  ['an empty Host', ['POST / HTTP/1.1', 'Host:', 'Content-Length: 1']],
  ['no length', ['POST / HTTP/1.1', 'Host: x']],
  ['a signed length', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: +1']],
  ['a length in hexadecimal', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 0x1']],
  ['a list of lengths', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 1, 1']],
  ['an enormous length', ['POST / HTTP/1.1', 'Host: x', 'Content-Length: 123456789']],
  ['a length twice', [...PLAIN, 'content-length: 12']],
  ['any header twice', [...PLAIN, 'x-any: a']],
  ['a transfer coding', [...PLAIN, 'Transfer-Encoding: chunked']],
  ['an expectation', [...PLAIN, 'Expect: 100-continue']],
  ['an upgrade', [...PLAIN, 'Upgrade: websocket']],
  ['a trailer', [...PLAIN, 'Trailer: x']],
  ['an end of the connection', [...PLAIN, 'Connection: close']],
  ['several things about the connection', [...PLAIN, 'Connection: keep-alive, x-any']],
  ['a connection header of old', [...PLAIN, 'Proxy-Connection: close']],
  ['a cookie without a key', [...PLAIN, 'Cookie: vigie_session=x']],
  ['a folded header', [...PLAIN, ' folded']],
  ['a space before the colon', [...PLAIN, 'Name : x']],
  ['no colon', [...PLAIN, 'Name']],
  ['no name', [...PLAIN, ': x']],
  ['a name that is no token', [...PLAIN, 'N(a)me: x']],
  ['a bare LF', [...PLAIN, 'Name: x\nContent-Length: 1']],
  ['a bare CR', [...PLAIN, 'Name: x\rContent-Length: 1']],
  ['a NUL', [...PLAIN, 'Name: x\0']],
  ['a byte above 127', [...PLAIN, 'Name: \xe9']],
])('%s is for a full parser', (_, lines) => {
  expect(parse(...lines)).toBeUndefined();
});

test('names of headers that objects have by nature are only names', () => {
  expect(parse(...PLAIN, 'constructor: x', '__proto__: y')?.head.headers).toHaveProperty(
    'constructor',
    'x',
  );
});
