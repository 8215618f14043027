import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { VigieError } from '#domain/errors.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
import { createLogger } from './logging.ts';

const logger = createLogger({ level: 'silent' });

async function started(
  prepare: (http: HttpServer) => void = () => {},
  changes: Partial<HttpServerOptions> = {},
) {
  const http = createHttpServer({ host: '127.0.0.1', port: 0, logger, ...changes });
  prepare(http);
  const { port } = await http.start();
  onTestFinished(() => http.stop(100));
  return { http, port, url: `http://127.0.0.1:${port}` };
}

/** Sends bytes over a bare socket and answers everything that comes back until the close. */
async function raw(port: number, ...parts: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return heard;
}

test('intercept() answers before Fastify, by method and path, whatever the query', async () => {
  const { url } = await started(({ fastify, intercept }) => {
    intercept('POST', '/v1/readings', (_request, response) => response.end('raw'));
    fastify.get('/v1/readings', () => 'fastify');
  });
  const post = (path: string) => fetch(url + path, { method: 'POST' }).then((r) => r.text());
  expect(await post('/v1/readings')).toBe('raw');
  expect(await post('/v1/readings?precision=ms')).toBe('raw');
  expect(await (await fetch(`${url}/v1/readings`)).text()).toBe('fastify');
  expect((await fetch(`${url}/v1/readings/x`, { method: 'POST' })).status).toBe(404);
});

test('intercept() refuses a second handler for the same call', () => {
  const http = createHttpServer({ host: '127.0.0.1', port: 0, logger });
  http.intercept('POST', '/write', () => {});
  expect(() => http.intercept('POST', '/write', () => {})).toThrow(/already/);
});

test('what a raw handler throws is answered as a problem', async () => {
  const { url } = await started(({ intercept }) => {
    intercept('POST', '/known', () => {
      throw new VigieError('overloaded', 'The queue is full.', { retryAfterSeconds: 0.2 });
    });
    intercept('POST', '/unknown', async () => {
      throw new Error('secret of the house');
    });
  });
  const known = await fetch(`${url}/known`, { method: 'POST' });
  expect(known.status).toBe(503);
  expect(known.headers.get('retry-after')).toBe('1');
  expect(await known.json()).toMatchObject({ code: 'overloaded', detail: 'The queue is full.' });
  const unknown = await fetch(`${url}/unknown`, { method: 'POST' });
  expect(unknown.status).toBe(500);
  expect(await unknown.text()).not.toContain('secret');
});

test('Fastify errors are problems too: body too large, bad JSON, content type, bad address', async () => {
  const { url } = await started(({ fastify }) => fastify.post('/x', () => 'ok'), {
    bodyLimitBytes: 100,
  });
  const post = async (body: string, type = 'application/json') => {
    const headers = { 'content-type': type };
    const response = await fetch(`${url}/x`, { method: 'POST', body, headers });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    return [response.status, ((await response.json()) as { code: string }).code];
  };
  expect(await post(`"${'x'.repeat(200)}"`)).toEqual([413, 'body_too_large']);
  expect(await post('{')).toEqual([400, 'invalid_json']);
  expect(await post('{"__proto__":1}')).toEqual([400, 'invalid_json']);
  expect(await post('x', 'image/png')).toEqual([415, 'unsupported_media_type']);
  const bad = await fetch(`${url}/%zz`);
  expect([bad.status, await bad.json()]).toMatchObject([400, { code: 'invalid_request' }]);
});

test('who is refused before the body is whole gets the answer, then the end of the connection', async () => {
  const { port } = await started(({ intercept }) => {
    intercept('POST', '/x', () => {
      throw new VigieError('body_too_large', 'Too large.');
    });
  });
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  const errors: Error[] = [];
  socket.on('error', (error) => errors.push(error));
  const closed = once(socket, 'close');
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.write('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n');
  for (let i = 0; i < 40; i += 1) {
    socket.write(Buffer.alloc(100_000));
    await sleep(1);
  }
  await closed;
  expect(heard).toMatch(/^HTTP\/1\.1 413 [\s\S]*body_too_large/);
  expect(errors).toEqual([]);
});

test('a sender that breaks off is no error of the platform', async () => {
  const lines: string[] = [];
  const [reading, failed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { port } = await started(
    ({ fastify }) => {
      fastify.post('/x', () => 'taken');
      fastify.addHook('preParsing', async () => reading.resolve());
      fastify.addHook('onSend', async () => failed.resolve());
    },
    { logger: createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }) },
  );
  const head =
    'POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n';
  const socket = connect(port, '127.0.0.1');
  socket.write(`${head}{"a"`);
  await reading.promise;
  socket.resetAndDestroy();
  await failed.promise;
  expect(lines).toEqual([]);
});

test('a slow sender is answered 408', async () => {
  const { port } = await started(
    ({ intercept }) => {
      intercept('POST', '/slow', async (request, response) => {
        for await (const _ of request);
        response.end();
      });
    },
    { requestTimeoutMs: 50 },
  );
  const heard = await raw(port, 'POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nab');
  expect(heard).toMatch(/^HTTP\/1\.1 408 /);
  expect(heard).toContain('"code":"request_timeout"');
});

test('too large a head is answered 431 and what is not HTTP 400, both as problems', async () => {
  const { port } = await started();
  const large = `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`;
  expect(await raw(port, large)).toMatch(/^HTTP\/1\.1 431 [\s\S]*problem\+json/);
  expect(await raw(port, 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*problem\+json/);
});

test('start() rejects where the port is taken', async () => {
  const { port } = await started();
  const second = createHttpServer({ host: '127.0.0.1', port, logger });
  await expect(second.start()).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
});

test('stop() lets what is under way finish and closes idle connections', async () => {
  let release = () => {};
  const { http, port, url } = await started(({ intercept }) => {
    intercept('POST', '/long', async (_request, response) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      response.end('done');
    });
  });
  const idle = connect(port, '127.0.0.1');
  await once(idle, 'connect');
  const answer = fetch(`${url}/long`, { method: 'POST' });
  await sleep(50);
  const stopped = http.stop(5000);
  await sleep(20);
  await expect(fetch(url)).rejects.toThrow();
  release();
  expect(await (await answer).text()).toBe('done');
  await stopped;
  idle.destroy();
});

test('stop() cuts off what is not done at the deadline', async () => {
  const { http, url } = await started(({ intercept }) => {
    intercept('POST', '/hang', () => new Promise(() => {}));
  });
  const answer = expect(fetch(`${url}/hang`, { method: 'POST' })).rejects.toThrow();
  await sleep(30);
  await http.stop(50);
  await answer;
});

test('a request on a kept connection during the stop is told to come back', async () => {
  let release = () => {};
  const { http, port } = await started(({ intercept }) => {
    intercept('POST', '/long', async (_request, response) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      response.end('done');
    });
  });
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.write('POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
  await sleep(30);
  const stopped = http.stop(5000);
  socket.write('POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
  await sleep(30);
  release();
  await Promise.all([stopped, once(socket, 'close')]);
  expect(heard).toContain('HTTP/1.1 200');
  expect(heard).toMatch(/HTTP\/1\.1 503[\s\S]*shutting_down/);
});

test('one connection carries any number of requests', async () => {
  const { port } = await started(({ intercept }) => {
    intercept('POST', '/x', (_request, response) => response.end('ok'));
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ports = new Set<number | undefined>();
  for (let i = 0; i < 50; i += 1) {
    const request = httpRequest({ port, path: '/x', method: 'POST', agent }).end();
    const [response] = await once(request, 'response');
    ports.add(request.socket?.localPort);
    response.resume();
    await once(response, 'end');
  }
  expect(ports.size).toBe(1);
});
