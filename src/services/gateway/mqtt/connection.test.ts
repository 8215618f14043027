import { expect, test } from 'vitest';
import { createLogger } from '#platform/logging.ts';
import { connectClient, openGateway, until } from '#test/support/mqtt-gateway.ts';
import { connectPacket, openSocket, packet, publishPacket } from '#test/support/mqtt-packets.ts';

const TOPIC = 'v1/sensors/a/readings';
const WELCOME = '20020000';
const payload = '{"readings":{"t":1}}';

async function signedIn(port: number) {
  const raw = await openSocket(port);
  raw.socket.write(connectPacket());
  await until(() => raw.received() === WELCOME);
  return raw;
}

test('who shows no valid key, another key’s id, or no usable client id is told so by its code', async () => {
  const { port } = await openGateway({ keys: { secret: {}, reader: { scopes: ['read'] } } });
  const codeOf = (options: object) =>
    connectClient(port, options).then(
      () => 0,
      ({ code }: { code: number }) => code,
    );
  expect(await codeOf({ username: 'key' })).toBe(0);
  expect(await codeOf({ username: 'id-secret' })).toBe(0);
  expect(await codeOf({ username: 'id-reader' })).toBe(4);
  expect(await codeOf({ password: 'wrong' })).toBe(4);
  expect(await codeOf({ username: undefined, password: undefined })).toBe(4);
  expect(await codeOf({ clientId: 'x'.repeat(300) })).toBe(2);
  const unnamed = await openSocket(port);
  unnamed.socket.write(connectPacket({ clientId: '', clean: false }));
  await unnamed.closed;
  expect(unnamed.received()).toBe('20020002');
});

test('while keys cannot be looked up the server is unavailable', async () => {
  const { port, gatekeeper } = await openGateway();
  gatekeeper.identify = () => Promise.reject(new Error('no storage'));
  await expect(connectClient(port)).rejects.toMatchObject({ code: 3 });
});

test('a client of MQTT 5 is told in its own words that its version is not spoken', async () => {
  const { port } = await openGateway();
  const raw = await openSocket(port);
  raw.socket.write(connectPacket({ level: 5 }));
  await raw.closed;
  expect(raw.received()).toBe('2003008400');
});

test('packets behind a CONNECT wait for its answer', async () => {
  const { port, stream } = await openGateway();
  const raw = await openSocket(port);
  raw.socket.write(
    Buffer.concat([connectPacket(), publishPacket({ topic: TOPIC, payload, messageId: 5 })]),
  );
  await until(() => raw.received() === `${WELCOME}40020005`);
  expect(stream.readings).toEqual([['a', 1]]);
});

test('a QoS 2 message is taken once until it is released', async () => {
  const { port, stream } = await openGateway();
  const raw = await signedIn(port);
  const message = publishPacket({ topic: TOPIC, payload, messageId: 5, qos: 2 });
  raw.socket.write(message);
  raw.socket.write(message);
  await until(() => raw.received() === `${WELCOME}5002000550020005`);
  expect(stream.readings).toHaveLength(1);
  raw.socket.write(Buffer.from('62020005', 'hex'));
  await until(() => raw.received().endsWith('70020005'));
  raw.socket.write(message);
  await until(() => stream.readings.length === 2);
});

test('what breaks the protocol ends its connection and no other', async () => {
  const { port, stream } = await openGateway();
  const bystander = await connectClient(port);
  const publish = (about: { topic?: string | Buffer; messageId?: number; qos?: number }) =>
    publishPacket({ topic: TOPIC, payload, messageId: 1, ...about });
  for (const bytes of [
    publish({ topic: 'v1/sensors/+/readings' }),
    publish({ topic: 'v1/sensors/#/readings' }),
    publish({ topic: '' }),
    publish({ topic: 'v1/sensors/a\u0000/readings' }),
    publish({ topic: Buffer.from([0x76, 0xc3, 0x28]) }),
    publish({ messageId: 0 }),
    publish({ qos: 3 }),
    packet(0x32, Buffer.from([0x00])),
    packet(0x32, Buffer.from([0xff, 0xff, 0x61])),
    packet(0x62, Buffer.alloc(0)),
    packet(0x82, Buffer.from([0, 1, 0, 200, 0x61])),
    packet(0x82, Buffer.alloc(70_000)),
    packet(0x00, Buffer.alloc(3)),
    packet(0xf0, Buffer.alloc(3)),
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0xff]),
    connectPacket(),
    publish({ topic: 'home/light' }),
  ]) {
    const raw = await signedIn(port);
    raw.socket.write(bytes);
    await raw.closed;
  }
  const strangers = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    publish({}),
    packet(0x10, Buffer.alloc(3)),
  ];
  for (const bytes of strangers) {
    const raw = await openSocket(port);
    raw.socket.write(bytes);
    await raw.closed;
  }
  expect(stream.readings).toEqual([]);
  await bystander.publishAsync(TOPIC, payload, { qos: 1 });
});

test('a client that publishes elsewhere, or may not publish, is named once in the log', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const { port } = await openGateway({
    keys: { secret: {}, reader: { scopes: ['read'] } },
    log: createLogger({ level: 'warn', destination }),
  });
  for (const [password, topic] of [
    ['secret', 'home/light'],
    ['secret', 'home/light'],
    ['reader', TOPIC],
  ] as const) {
    const raw = await openSocket(port);
    raw.socket.write(connectPacket({ clientId: `of-${password}`, password }));
    await until(() => raw.received() === WELCOME);
    raw.socket.write(publishPacket({ topic, payload, messageId: 1 }));
    await raw.closed;
  }
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('home/light');
  expect(lines[1]).toContain('scope ingest');
});

test('the same client id ends the older connection of the same customer only', async () => {
  const { port } = await openGateway({ keys: { secret: {}, other: { customer: 'other' } } });
  const first = await connectClient(port, { clientId: 'device' });
  const stranger = await connectClient(port, { clientId: 'device', password: 'other' });
  const second = await connectClient(port, { clientId: 'device' });
  await until(() => !first.connected);
  expect(stranger.connected).toBe(true);
  expect(second.connected).toBe(true);
});

test('a client that neither connects nor keeps alive is let go, and one that sends is not', async () => {
  const { port } = await openGateway({ connectTimeoutMs: 100 });
  const idle = await openSocket(port);
  const silent = await openSocket(port);
  silent.socket.write(connectPacket({ keepAlive: 1 }));
  const pinging = await openSocket(port);
  pinging.socket.write(connectPacket({ keepAlive: 1, clientId: 'pinging' }));
  const timer = setInterval(() => pinging.socket.write(Buffer.from([0xc0, 0x00])), 500);
  await Promise.all([idle.closed, silent.closed]);
  clearInterval(timer);
  expect(pinging.socket.destroyed).toBe(false);
  expect(pinging.received()).toContain('d000');
});

test('connections above the limit are closed', async () => {
  const { port } = await openGateway({ maxConnections: 1 });
  const first = await connectClient(port);
  const second = await openSocket(port);
  await second.closed;
  expect(first.connected).toBe(true);
});

test('clients whose messages find no room are not read until there is some', async () => {
  const count = 2000;
  const { port, stream, metrics } = await openGateway({
    heldPerClient: { messages: 50, bytes: 1_000_000 },
    heldInAll: { maxMessages: 80, maxBytes: 10_000_000 },
  });
  stream.hold();
  const filler = `${payload.slice(0, -1)}${' '.repeat(10_000)}}`;
  const senders = await Promise.all([1, 2, 3].map(() => openSocket(port)));
  senders.forEach(({ socket }, i) => {
    socket.write(connectPacket({ clientId: `sender-${i}` }));
    for (let messageId = 1; messageId <= count; messageId++) {
      socket.write(publishPacket({ topic: TOPIC, payload: filler, messageId }));
    }
  });
  const heldNow = async () =>
    Number(/vigie_mqtt_held_messages (\d+)/.exec((await metrics.render()).text)?.[1]);
  await expect.poll(heldNow).toBeGreaterThanOrEqual(80);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await heldNow()).toBeLessThan(80 + senders.length);
  // The network holds back what it has no room for either.
  expect(senders.some(({ socket }) => socket.writableLength > 1_000_000)).toBe(true);
  stream.release();
  const answer = WELCOME.length + count * 8;
  await until(() => senders.every(({ received }) => received().length === answer));
  expect(stream.readings).toHaveLength(count * senders.length);
  expect(await heldNow()).toBe(0);
});
