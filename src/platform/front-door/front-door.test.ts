import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { createHttpServer, type HttpServerOptions } from '../http-server.ts';
import { createLogger } from '../logging.ts';
import type { Admission, WholeCall } from './whole-call.ts';

const logger = createLogger({ level: 'silent' });

/**
 * A server whose door answers `POST /door` with the body in quotes; what passes it says so. Bodies `wait…` are answered
 * by `release`, `fail` is refused after the body, the key `no` before it.
 */
async function started(changes: Partial<HttpServerOptions> = {}) {
  const state = { opened: 0, abandoned: 0, underWay: 0 };
  const waiting: (() => void)[] = [];
  const admission: Admission = {
    async take(body) {
      const text = body.toString();
      if (text === 'fail') throw new VigieError('overloaded', 'Full.', { retryAfterSeconds: 3 });
      state.underWay++;
      if (text.startsWith('wait')) await new Promise<void>((resolve) => waiting.push(resolve));
      state.underWay--;
      return { status: 200, body: JSON.stringify(text) };
    },
    abandon: () => state.abandoned++,
  };
  const call: WholeCall = {
    open({ headers }) {
      state.opened++;
      return {
        admit() {
          if (headers.authorization === 'no') throw new VigieError('unauthenticated', 'No key.');
          return headers.authorization === 'slow' ? sleep(20).then(() => admission) : admission;
        },
      };
    },
  };
  const http = createHttpServer({ host: '127.0.0.1', port: 0, logger, ...changes });
  http.intercept('POST', '/door', (request, response) => {
    if (request.headers.authorization === 'no') throw new VigieError('unauthenticated', 'No key.');
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => response.end(`node ${Buffer.concat(parts)}`));
  });
  http.fastify.get('/other', () => 'fastify');
  http.takeWhole('/door', call);
  const { port } = await http.start();
  onTestFinished(() => http.stop(200));
  const release = () => waiting.shift()?.();
  return { http, port, state, release };
}

function post(body: string, ...headers: string[]): string {
  const all = ['Host: x', ...headers, `Content-Length: ${Buffer.byteLength(body)}`];
  return `POST /door HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`;
}

/** A bare socket, and what it has heard. */
async function dial(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  const heard = { text: '', isClosed: false };
  socket.setEncoding('latin1');
  socket.on('data', (text) => {
    heard.text += text;
  });
  socket.on('end', () => {
    heard.isClosed = true;
    socket.end();
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const until = (text: string) => expect.poll(() => heard.text, { timeout: 5000 }).toContain(text);
  const closed = () => expect.poll(() => heard.isClosed, { timeout: 5000 }).toBe(true);
  return { socket, heard, until, closed };
}

function statuses(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status!);
}

test('a plain request is answered at the door, with the headers of node:http', async () => {
  const { port } = await started();
  const { socket, heard, until } = await dial(port);
  socket.write(post('é'));
  await until('"\xc3\xa9"');
  expect(heard.text.replace(/Date: .*GMT/, 'Date: now')).toBe(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\nDate: now\r\n' +
      'Connection: keep-alive\r\nKeep-Alive: timeout=65\r\n\r\n"\xc3\xa9"',
  );
});

test('a head and a body that come byte by byte are put together', async () => {
  const { port } = await started();
  const { socket, until } = await dial(port);
  for (const byte of post('slowly', 'Authorization: slow')) {
    socket.write(byte);
    await sleep(1);
  }
  await until('"slowly"');
});

test('a head that is repeated is read once, whatever the length of the body', async () => {
  const { port, state } = await started();
  const { socket, until } = await dial(port);
  for (const body of ['a', 'bb', 'c'.repeat(1234), '']) {
    socket.write(post(body, 'Content-Type: x'));
    await until(JSON.stringify(body));
  }
  expect(state.opened).toBe(1);
  socket.write(post('other', 'Content-Type: y'));
  await until('"other"');
  expect(state.opened).toBe(2);
});

test('requests that come together are answered one after the other, in order', async () => {
  const { port, state, release } = await started();
  const { socket, heard, until } = await dial(port);
  socket.write(post('wait 1') + post('2') + post('fail') + post('wait 3') + post('4'));
  await expect.poll(() => state.underWay).toBe(1);
  await sleep(20);
  expect(heard.text).toBe('');
  release();
  await expect.poll(() => state.underWay).toBe(1);
  release();
  await until('"4"');
  expect(heard.text.match(/"(wait )?\d"/g)).toEqual(['"wait 1"', '"2"', '"wait 3"', '"4"']);
  expect(statuses(heard.text)).toEqual(['200', '200', '503', '200', '200']);
});

test('what is refused after its body is a problem, and the connection goes on', async () => {
  const { port } = await started();
  const { socket, heard, until } = await dial(port);
  socket.write(post('fail', 'X-Request-Id: of-the-proxy'));
  await until('}');
  expect(heard.text).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 3\r\n[\s\S]*"code":"overloaded"/);
  expect(heard.text).toContain('x-request-id: of-the-proxy\r\n');
  socket.write(post('goes on'));
  await until('"goes on"');
});

test('the sender reads no more than it takes answers: what it sends waits in its own socket', async () => {
  const { port, state, release } = await started();
  const { socket } = await dial(port);
  socket.write(post('wait'));
  await expect.poll(() => state.underWay).toBe(1);
  for (let n = 0; n < 400; n++) socket.write(post('x'.repeat(60_000)));
  await sleep(100);
  // 24 MB were sent; sockets of the loopback hold a few.
  expect(socket.writableLength).toBeGreaterThan(4_000_000);
  release();
  await expect.poll(() => socket.writableLength, { timeout: 10_000 }).toBe(0);
});

test.each([
  ['a GET', 'GET /other HTTP/1.1\r\nHost: x\r\n\r\n', 'fastify'],
  ['another path', 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n', ' 404 '],
  [
    'a chunked body',
    'POST /door HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    'node abc',
  ],
  ['an expectation', post('abc', 'Expect: 100-continue'), '100 Continue'],
  ['HTTP/1.0', post('abc').replace('1.1', '1.0'), 'node abc'],
  ['a large body', post('x'.repeat(100_000)), `node ${'x'.repeat(100_000)}`],
  ['a bad length', 'POST /door HTTP/1.1\r\nHost: x\r\nContent-Length: 1x\r\n\r\na', ' 400 '],
  ['two lengths', post('abc', 'Content-Length: 3'), ' 400 '],
  ['two lengths that differ', post('abc', 'Content-Length: 4'), ' 400 '],
  ['length and chunks', post('0\r\n\r\n', 'Transfer-Encoding: chunked'), ' 400 '],
  ['a bare LF', 'POST /door HTTP/1.1\nHost: x\nContent-Length: 0\n\n', ' 400 '],
  ['no Host', 'POST /door HTTP/1.1\r\nContent-Length: 0\r\n\r\n', ' 400 '],
  ['too large a head', `POST /door HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}`, ' 431 '],
  ['what is not HTTP', 'HELLO\r\n\r\n', ' 400 '],
])(
  '%s after a plain request goes to node:http, with its bytes, in one piece or two',
  async (_, bytes, answer) => {
    const { port } = await started();
    for (const cut of [0, 1, Math.floor(bytes.length / 2)]) {
      const { socket, until } = await dial(port);
      socket.write(post('first') + bytes.slice(0, cut));
      await until('"first"');
      socket.write(bytes.slice(cut));
      await until(answer);
    }
  },
);

test('a connection that was handed over stays with node:http', async () => {
  const { port } = await started();
  const { socket, until } = await dial(port);
  socket.write(`GET /other HTTP/1.1\r\nHost: x\r\n\r\n${post('later')}`);
  await until('node later');
});

test('who is refused by the head alone need not send the body', async () => {
  const { port } = await started();
  const { socket, until } = await dial(port);
  socket.write(post('x'.repeat(50), 'Authorization: no').slice(0, -10));
  await until('"code":"unauthenticated"');
  const whole = await dial(port);
  whole.socket.write(post('x', 'Authorization: no') + post('next'));
  await whole.until('"next"');
  expect(statuses(whole.heard.text)).toEqual(['401', '200']);
});

test('a slow head and a slow body are answered 408, and an idle connection is left alone', async () => {
  const { port, state } = await started({ requestTimeoutMs: 100 });
  const body = await dial(port);
  body.socket.write(post('never whole').slice(0, -1));
  const head = await dial(port);
  head.socket.write('POST /door HT');
  const mute = await dial(port);
  const idle = await dial(port);
  idle.socket.write(post('idle'));
  for (const { until, closed } of [body, head, mute]) {
    await until('"code":"request_timeout"');
    await closed();
  }
  expect(state.abandoned).toBe(1);
  await sleep(150);
  idle.socket.write(post('still there'));
  await idle.until('"still there"');
});

test('a body that ends too early is refused, and its room is given back', async () => {
  const { port, state } = await started();
  const { socket, until, closed } = await dial(port);
  socket.end(post('half').slice(0, -2));
  await until(' 400 ');
  await closed();
  const broken = await dial(port);
  broken.socket.write(post('half').slice(0, -2));
  await sleep(30);
  broken.socket.resetAndDestroy();
  await expect.poll(() => state.abandoned).toBe(2);
});

test('a sender who says that nothing more comes still gets its answers', async () => {
  const { port, state, release } = await started();
  const { socket, heard, closed } = await dial(port);
  socket.end(post('wait') + post('last'));
  await expect.poll(() => state.underWay).toBe(1);
  release();
  await closed();
  expect(heard.text.match(/"\w+"/g)).toEqual(['"wait"', '"last"']);
});

test('stop() closes what is idle, answers what is under way, and turns away what comes then', async () => {
  const { http, port, state, release } = await started();
  const idle = await dial(port);
  idle.socket.write(post('idle'));
  await idle.until('"idle"');
  const busy = await dial(port);
  busy.socket.write(post('wait'));
  const pipelined = await dial(port);
  pipelined.socket.write(post('wait') + post('too late'));
  const half = await dial(port);
  half.socket.write(post('half').slice(0, -1));
  const begun = await dial(port);
  begun.socket.write('POST /door HTTP/1.1\r\n');
  await expect.poll(() => state.underWay).toBe(2);
  await sleep(30);
  const stopped = http.stop(5000);
  await idle.closed();
  begun.socket.write('Host: x\r\nContent-Length: 0\r\n\r\n');
  await begun.until('"code":"shutting_down"');
  half.socket.write('f');
  await half.until('"half"');
  release();
  release();
  await busy.until('"wait"');
  await pipelined.until('"code":"shutting_down"');
  await stopped;
  for (const { closed } of [busy, pipelined, half, begun]) await closed();
  expect(statuses(pipelined.heard.text)).toEqual(['200', '503']);
});

test('stop() cuts off at its deadline what is not done', async () => {
  const { http, port, state } = await started();
  const { socket, closed } = await dial(port);
  socket.write(post('wait'));
  await expect.poll(() => state.underWay).toBe(1);
  await http.stop(50);
  await closed();
});
