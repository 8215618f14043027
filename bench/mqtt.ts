// How many QoS 1 messages a second are acknowledged, each one new reading of three values, durable before its PUBACK.
//   npm run bench:mqtt [-- --clients 10 --window 100 --seconds 6 --smoke]
// Every client keeps `window` messages unacknowledged. Packets are prepared before the clock starts.
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { ADMIN_KEY } from '../test/support/spawn-platform.ts';
import { residentMb, startBench } from './platform.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '10' },
    window: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '6' },
    smoke: { type: 'boolean', default: false },
  },
});
const clients = Number(values.clients);
const window = Number(values.window);
const seconds = values.smoke ? 1 : Number(values.seconds);
const SENSORS = 10_000;
const MESSAGES = Math.ceil((values.smoke ? 50_000 : 1_000_000) / clients);
const PUBACK = 0x40;
const startMs = Date.now() - 300_000;

function packet(header: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = body.length; length.length === 0 || rest > 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function connectPacket(clientId: string): Buffer {
  const head = Buffer.from([4, 0xc2, 0, 0]);
  return packet(
    0x10,
    Buffer.concat([text('MQTT'), head, ...[clientId, 'key', ADMIN_KEY].map(text)]),
  );
}

/** Message k of a client: sensors stay with their client, so readings come in order. */
function publishPacket(client: number, k: number): Buffer {
  const own = Math.floor(SENSORS / clients);
  const sensor = client + clients * (k % own);
  const timestamp = new Date(startMs + Math.floor(k / own) * 10).toISOString();
  const temperature = 20 + ((k * 7919) % 1000) / 100;
  const payload = `{"timestamp":"${timestamp}","readings":{"temperature":${temperature},"pressure":1013.2,"humidity":${40 + (k % 20)}}}`;
  const id = (k % 65_535) + 1;
  const topic = text(`v1/sensors/sensor-${sensor}/readings`);
  return packet(
    0x32,
    Buffer.concat([topic, Buffer.from([id >> 8, id & 0xff]), Buffer.from(payload)]),
  );
}

const { platform, end } = await startBench();
const prepared = Array.from({ length: clients }, (_, client) =>
  Array.from({ length: MESSAGES }, (_, k) => publishPacket(client, k)),
);
let acknowledged = 0;
let endedMs = 0;

function drive(client: number, deadline: { atMs: number }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(platform.mqttPort, '127.0.0.1');
  const messages = prepared[client]!;
  let next = 0;
  let rest: Buffer<ArrayBuffer> = Buffer.alloc(0);
  const send = (count: number): void => {
    const upTo = Math.min(messages.length, next + count);
    if (upTo > next) socket.write(Buffer.concat(messages.slice(next, upTo)));
    next = upTo;
  };
  socket.on('data', (chunk: Buffer<ArrayBuffer>) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    let acks = 0;
    // CONNACK and PUBACK are both four bytes long.
    for (; rest.length - at >= 4; at += 4) {
      if (rest[at] === PUBACK) acks++;
      else if (rest[at + 3] !== 0) reject(new Error(`refused with ${rest[at + 3]}`));
      else send(window);
    }
    rest = rest.subarray(at);
    acknowledged += acks;
    endedMs = performance.now();
    if (endedMs < deadline.atMs && next < messages.length) send(acks);
    else {
      socket.destroy();
      resolve();
    }
  });
  socket.on('error', reject);
  socket.on('close', () => resolve());
  socket.write(connectPacket(`bench-${client}`));
  return promise;
}

try {
  const begun = performance.now();
  const deadline = { atMs: begun + seconds * 1000 };
  await Promise.all(prepared.map((_, client) => drive(client, deadline)));
  const figures = {
    bench: 'mqtt',
    clients,
    window,
    acknowledged,
    messages_per_second: Math.round(acknowledged / ((endedMs - begun) / 1000)),
    resident_mb: residentMb(platform.process.pid),
  };
  console.error(
    `${figures.messages_per_second} acknowledged QoS 1 messages/s (${clients} clients, ${window} unacknowledged each)`,
  );
  console.log(JSON.stringify(figures));
} finally {
  await end();
}
