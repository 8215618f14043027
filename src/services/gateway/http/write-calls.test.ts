import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Caller } from '#domain/caller.ts';
import { DEFAULT_LIMITS, type Limits } from '#domain/reading.ts';
import { createHttpServer, type HttpServer } from '#platform/http-server.ts';
import { createLogger } from '#platform/logging.ts';
import { Metrics } from '#platform/metrics.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import { GatedStream } from '#test/support/gated-stream.ts';
import { Gatekeeper } from '../authenticate.ts';
import { ReceiptClock } from '../receipt-clock.ts';
import { createNodeHandler } from './node-handler.ts';
import { BodyBudget } from './read-body.ts';
import { createWriteCalls } from './write-calls.ts';

const NOW = Date.parse('2026-11-22T05:00:00Z');
const CALLER: Caller = { customer: 'main', who: 'key:1', scopes: ['ingest'], requestId: 'r' };
const SESSIONS: Record<string, Caller['scopes']> = { admin: ['admin'], reader: ['read'] };
const LIMITS: Limits = { ...DEFAULT_LIMITS, bodyBytes: 200_000 };

interface Side {
  http: HttpServer;
  stream: GatedStream;
  metrics: Metrics;
  budget: BodyBudget;
  port: number;
}

async function start(hasDoor: boolean, limits = LIMITS): Promise<Side> {
  const stream = new GatedStream();
  const metrics = new Metrics();
  const budget = new BodyBudget(1_000_000);
  const logger = createLogger({ level: 'silent' });
  const http = createHttpServer({ host: '127.0.0.1', port: 0, logger });
  const findKey = async (key: string) =>
    key === 'good' ? { caller: CALLER, rateLimit: undefined } : undefined;
  const findSession = async (cookie: string) => {
    const scopes = SESSIONS[cookie];
    return scopes && { caller: { ...CALLER, scopes }, rateLimit: undefined };
  };
  const clock = { now: () => NOW };
  const calls = createWriteCalls({
    stream,
    gatekeeper: new Gatekeeper(findKey, new RateLimiter({ perSecond: 0, clock }), findSession),
    receipts: new ReceiptClock(clock),
    limits,
    metrics,
    budget,
    lineSensorTag: undefined,
    publicUrl: '',
  });
  for (const [path, call] of calls) {
    http.intercept('POST', path, createNodeHandler(call, limits.bodyBytes));
    if (hasDoor) http.takeWhole(path, call);
  }
  const { port } = await http.start();
  return { http, stream, metrics, budget, port };
}

let sides: Side[] = [];
beforeAll(async () => {
  sides = [await start(true), await start(false)];
});
afterAll(async () => {
  for (const { http } of sides) await http.stop(500);
});

const KEY = 'Authorization: Bearer good';

function request(line: string, headers: string[], body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const head = [line, 'Host: x', ...headers, `Content-Length: ${bytes.length}`].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes]);
}

const reading = '{"sensor_id":"é-1","readings":{"t":1}}';
const READINGS = 'POST /v1/readings HTTP/1.1';
/** Requests that leave the connection as it is. */
const GOING_ON: Record<string, Buffer> = {
  'a reading': request(READINGS, [KEY, 'Content-Type: application/json'], reading),
  'two readings': request(
    READINGS,
    [KEY, 'content-type: application/json'],
    `[${reading},${reading}]`,
  ),
  'one of two refused': request(READINGS, [KEY], `[${reading},{"sensor_id":"b"}]`),
  'all refused': request(READINGS, [KEY, 'Accept-Language: fr'], '[{"sensor_id":"b"}]'),
  'a wait': request(READINGS, [KEY, 'Prefer: wait=5'], reading),
  'no JSON': request(READINGS, [KEY, 'X-Request-Id: 12345678'], '{'),
  'no body': request(READINGS, [KEY], ''),
  NDJSON: request(READINGS, [KEY, 'Content-Type: application/x-ndjson'], `${reading}\n${reading}`),
  gzip: request(READINGS, [KEY, 'Content-Encoding: gzip'], gzipSync(reading)),
  'no gzip': request(READINGS, [KEY, 'Content-Encoding: gzip'], reading),
  'a session': request(READINGS, ['Cookie: a=b; vigie_session=admin'], reading),
  'a key beside a session': request(READINGS, [KEY, 'Cookie: vigie_session=reader'], reading),
  'a line': request(
    'POST /write?db=s&precision=ms HTTP/1.1',
    [KEY],
    `reading,sensor_id=a t=1 ${NOW}`,
  ),
  'a line, the key in the query': request('POST /api/v2/write?p=good HTTP/1.1', [], 'x,host=a t=1'),
  'a bad line': request('POST /write HTTP/1.1', [KEY], 'x,host=a t="a"'),
  'a large body': request(READINGS, [KEY], `[${Array(3000).fill(reading).join(',')}]`),
  chunks: Buffer.from(
    `${READINGS}\r\nHost: x\r\n${KEY}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`,
  ),
  'a GET': Buffer.from('GET /v1/readings HTTP/1.1\r\nHost: x\r\n\r\n'),
};
/** Requests after which the connection may be closed, whether before or after their body. */
const LAST: Record<string, Buffer> = {
  'a wrong key': request(READINGS, ['Authorization: Bearer bad'], reading),
  'no key': request('POST /write HTTP/1.1', [], 'x,host=a t=1'),
  'a session of another page': request(
    READINGS,
    ['Cookie: vigie_session=admin', 'Sec-Fetch-Site: cross-site'],
    reading,
  ),
  'a session that may only read': request(READINGS, ['Cookie: vigie_session=reader'], reading),
  'no session': request(READINGS, ['Cookie: vigie_session=gone'], reading),
  'a wrong key beside a session': request(
    READINGS,
    ['Authorization: Bearer bad', 'Cookie: vigie_session=admin'],
    reading,
  ),
  'a media type': request(READINGS, [KEY, 'Content-Type: image/png'], reading),
  'too large': request(READINGS, [KEY], 'x'.repeat(LIMITS.bodyBytes + 1)),
  'the end of the connection': request(READINGS, [KEY, 'Connection: close'], reading),
};
/** To node:http they end the connection at once, whatever is under way on it: alone only. */
const BROKEN: Record<string, Buffer> = {
  'two lengths': request(READINGS, [KEY, 'Content-Length: 1'], reading),
  'no HTTP': Buffer.from('HELLO\r\n\r\n'),
};

/** What is sent piece by piece and what comes back until `count` answers are whole or the connection ends. */
async function exchange(port: number, pieces: Buffer[], count: number): Promise<string[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const { promise, resolve } = Promise.withResolvers<string[]>();
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const answers = answersIn(bytes);
    if (answers.length === count) resolve(answers);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => resolve(answersIn(bytes)));
  await once(socket, 'connect');
  for (const piece of pieces) {
    if (socket.destroyed) break;
    socket.write(piece);
    await new Promise((next) => setImmediate(next));
  }
  const answers = await promise;
  socket.destroy();
  return answers;
}

function answersIn(bytes: Buffer): string[] {
  const answers: string[] = [];
  let rest = bytes;
  for (;;) {
    const head = rest.indexOf('\r\n\r\n');
    if (head < 0) return answers;
    const length = /content-length: (\d+)/i.exec(rest.toString('latin1', 0, head))?.[1] ?? '0';
    const end = head + 4 + Number(length);
    if (rest.length < end) return answers;
    answers.push(rest.toString('utf8', 0, end));
    rest = rest.subarray(end);
  }
}

/** Without what differs from request to request, and, of a refusal, whether its body had come by then. */
function masked(answer: string): string {
  const isRefusal = !answer.startsWith('HTTP/1.1 2');
  return answer
    .replace(/^Date: .*$/m, 'Date: …')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
    .replace(isRefusal ? /^(Connection|Keep-Alive): .*\r\n/gim : /$^/, '');
}

function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b);
  return [...at, bytes.length]
    .map((end, n) => bytes.subarray(n === 0 ? 0 : at[n - 1], end))
    .filter(({ length }) => length > 0);
}

test('the same requests, cut anywhere, get the same answers at the door as from node:http', async () => {
  const places = fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { maxLength: 12 });
  const goingOn = fc.array(fc.constantFrom(...Object.keys(GOING_ON)), { maxLength: 5 });
  const last = fc.constantFrom(...Object.keys(LAST), ...Object.keys(GOING_ON));
  await fc.assert(
    fc.asyncProperty(goingOn, last, places, async (names, lastName, cuts) => {
      const requests = [
        ...names.map((name) => GOING_ON[name]!),
        LAST[lastName] ?? GOING_ON[lastName]!,
      ];
      const pieces = cut(Buffer.concat(requests), cuts);
      const [door, node] = await Promise.all(
        sides.map(({ port }) => exchange(port, pieces, requests.length)),
      );
      expect(node).toHaveLength(requests.length);
      expect(door!.map(masked)).toEqual(node!.map(masked));
    }),
    { numRuns: 300 },
  );
  const [door, node] = sides as [Side, Side];
  expect(door.stream.readings.toSorted()).toEqual(node.stream.readings.toSorted());
  expect(door.stream.readings.length).toBeGreaterThan(0);
  expect([door.budget.taken, node.budget.taken]).toEqual([0, 0]);
  // Sources are listed in the order in which they were first heard of, which is not the same every time.
  const counted = async ({ metrics }: Side) =>
    (await metrics.render()).text
      .match(/^vigie_readings_total.*$|_to_ack_seconds_count.*$/gm)
      ?.toSorted();
  expect(await counted(door)).toEqual(await counted(node));
}, 60_000);

test('each of the requests by itself is answered alike, whole or byte by byte at its beginning', async () => {
  for (const [name, bytes] of Object.entries({ ...GOING_ON, ...LAST, ...BROKEN })) {
    const slow = [...bytes.subarray(0, 100)].map((byte) => Buffer.of(byte));
    for (const pieces of [[bytes], [...slow, bytes.subarray(100)]]) {
      const [door, node] = await Promise.all(sides.map(({ port }) => exchange(port, pieces, 1)));
      expect(door!.map(masked), name).toEqual(node!.map(masked));
      expect(node, name).toHaveLength(1);
    }
  }
});

const OUR_PAGE = 'Sec-Fetch-Site: same-origin';
const ELSEWHERE = 'Origin: https://evil.example';

test.each([
  { title: 'of our page takes readings in', cookie: 'admin', header: OUR_PAGE, status: 200 },
  {
    title: 'of our host takes readings in',
    cookie: 'admin',
    header: 'Origin: http://x',
    status: 200,
  },
  { title: 'used by another page is refused', cookie: 'admin', header: ELSEWHERE, status: 403 },
  { title: 'that may only read is refused', cookie: 'reader', header: OUR_PAGE, status: 403 },
  { title: 'that has ended is refused', cookie: 'gone', header: OUR_PAGE, status: 401 },
])('a session $title', async ({ cookie, header, status }) => {
  for (const { port } of sides) {
    const bytes = request(READINGS, [`Cookie: vigie_session=${cookie}`, header], reading);
    const [answer] = await exchange(port, [bytes], 1);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  }
});

test('a body that is awaited counts against the budget of all bodies', async () => {
  const { port, budget } = sides[0]!;
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  socket.write(request(READINGS, [KEY], 'x'.repeat(50_000)).subarray(0, 300));
  await expect.poll(() => budget.taken).toBe(50_000);
  socket.destroy();
  await expect.poll(() => budget.taken).toBe(0);
});

test('a body above the limit is refused at the door as by node:http', async () => {
  const limits = { ...LIMITS, bodyBytes: 1000 };
  for (const hasDoor of [true, false]) {
    const { http, port } = await start(hasDoor, limits);
    onTestFinished(() => http.stop(500));
    const [answer] = await exchange(port, [request(READINGS, [KEY], 'x'.repeat(1001))], 1);
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"body_too_large"[\s\S]*1000 bytes/);
  }
});
