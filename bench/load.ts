// Closed-loop HTTP load with readings that are all new, prepared before the clock starts.
//   node bench/load.ts --port 8080 --auth 'Bearer <key>' --batch 1000 --connections 8 --seconds 8
// Prints one JSON line. A sensor stays on its connection, so its readings come in order.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    path: { type: 'string', default: '/v1/readings' },
    protocol: { type: 'string', default: 'json' },
    auth: { type: 'string', default: '' },
    sensors: { type: 'string', default: '10000' },
    batch: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '8' },
    'step-ms': { type: 'string', default: '10' },
    'start-ms': { type: 'string', default: '' },
    'hot-every': { type: 'string', default: '0' },
    rate: { type: 'string', default: '0' },
    'most-readings': { type: 'string', default: '6000000' },
  },
});
const port = Number(values.port);
const sensors = Number(values.sensors);
const batch = Number(values.batch);
const connections = Number(values.connections);
const limitMs = Number(values.seconds) * 1000;
const stepMs = Number(values['step-ms']);
const hotEvery = Number(values['hot-every']);
const rate = Number(values.rate);
const startMs = values['start-ms'] === '' ? Date.now() - 300_000 : Number(values['start-ms']);
const wanted = rate > 0 ? rate * Number(values.seconds) * 1.1 : 1_200_000 * Number(values.seconds);
const readings = Math.min(Number(values['most-readings']), wanted);
const requestsEach = Math.max(1, Math.ceil(readings / batch / connections));

function reading(connection: number, index: number): string {
  const own = Math.ceil((sensors - connection) / connections);
  const sensor = connection + connections * (index % own);
  const n = connection + connections * index;
  const timeMs = startMs + Math.floor(index / own) * stepMs;
  const isHot = hotEvery > 0 && n % hotEvery === hotEvery - 1;
  const temperature = isHot
    ? '40.00'
    : (20 + 5 * Math.sin(n / 5000) + ((n * 7919) % 100) / 100).toFixed(2);
  const pressure = (1013 + ((n * 104_729) % 200) / 100).toFixed(2);
  const humidity = (45 + ((n * 1_299_709) % 500) / 100).toFixed(2);
  if (values.protocol === 'influx') {
    return `reading,sensor_id=sensor-${sensor},location=plant-${sensor % 10} temperature=${temperature},pressure=${pressure},humidity=${humidity} ${timeMs}000000`;
  }
  return `{"sensor_id":"sensor-${sensor}","timestamp":"${new Date(timeMs).toISOString()}","readings":{"temperature":${temperature},"pressure":${pressure},"humidity":${humidity}},"metadata":{"location":"plant-${sensor % 10}"}}`;
}

function request(connection: number, number: number): Buffer {
  const parts = Array.from({ length: batch }, (_, k) => reading(connection, number * batch + k));
  const isJson = values.protocol === 'json';
  const text = isJson ? (batch === 1 ? parts[0]! : `[${parts.join(',')}]`) : parts.join('\n');
  const body = Buffer.from(text);
  const head = [
    `POST ${values.path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Content-Type: ${isJson ? 'application/json' : 'text/plain'}`,
    `Content-Length: ${body.length}`,
    ...(values.auth === '' ? [] : [`Authorization: ${values.auth}`]),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

const prepared = Array.from({ length: connections }, (_, c) =>
  Array.from({ length: requestsEach }, (_, k) => request(c, k)),
);
const latencies: number[] = [];
const statuses: Record<string, number> = {};
let accepted = 0;
let firstRefusal: string | undefined;
const begun = performance.now();

/** Bytes of the whole answer where it has come, else undefined. */
function answerLength(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /content-length: (\d+)/i.exec(text.slice(0, head))?.[1];
  if (length !== undefined) {
    const total = head + 4 + Number(length);
    return text.length >= total ? total : undefined;
  }
  if (/chunked/i.test(text.slice(0, head)))
    return text.endsWith('0\r\n\r\n') ? text.length : undefined;
  return head + 4;
}

function drive(connection: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay();
  let sentAt = 0;
  let number = 0;
  let text = '';
  const send = (): void => {
    if (performance.now() - begun > limitMs || number >= requestsEach) {
      socket.destroy();
      resolve();
      return;
    }
    const write = (): void => {
      sentAt = performance.now();
      socket.write(prepared[connection]![number++]!);
    };
    const dueMs =
      rate > 0 ? begun + (number * batch * connections * 1000) / rate - performance.now() : 0;
    if (dueMs > 1) setTimeout(write, dueMs);
    else write();
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    if (answerLength(text) === undefined) return;
    const status = text.slice(9, 12);
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status.startsWith('2')) accepted += batch;
    else firstRefusal ??= text.slice(0, 500);
    latencies.push(performance.now() - sentAt);
    text = '';
    send();
  });
  socket.on('error', (error) => {
    firstRefusal ??= String(error);
    resolve();
  });
  socket.on('close', () => resolve());
  return promise;
}

await Promise.all(Array.from({ length: connections }, (_, c) => drive(c)));
const seconds = (performance.now() - begun) / 1000;
latencies.sort((a, b) => a - b);
const quantile = (q: number): number =>
  Math.round((latencies[Math.floor((latencies.length - 1) * q)] ?? 0) * 100) / 100;
console.log(
  JSON.stringify({
    batch,
    connections,
    seconds: Math.round(seconds * 100) / 100,
    readings_per_second: Math.round(accepted / seconds),
    samples_per_second: Math.round((accepted * 3) / seconds),
    statuses,
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    max_ms: quantile(1),
    first_refusal: firstRefusal,
  }),
);
