import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Bus } from '#stream/bus.ts';
import type { LiveTopic } from './event-ring.ts';
import { LiveHub, type LiveHubOptions } from './live-hub.ts';

const ALL: LiveTopic[] = ['samples', 'alerts', 'deliveries', 'changes'];

async function createHub(options: Partial<LiveHubOptions> = {}) {
  const bus = new Bus();
  const hub = new LiveHub({ bus, flushMs: 5, ...options });
  hub.start();
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://x').searchParams;
    const sensor = query.get('sensor');
    hub.open(response, {
      subscription: {
        customer: query.get('customer') ?? 'main',
        topics: new Set((query.get('topics')?.split(',') as LiveTopic[]) ?? ALL),
        sensorIds: sensor === null ? undefined : new Set([sensor]),
        expiresMs: query.has('expires') ? Number(query.get('expires')) : undefined,
      },
      lastEventId: request.headers['last-event-id'] as string | undefined,
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    hub.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { bus, hub, listen: (query = '', lastId?: string) => listen({ port, query, lastId }) };
}

async function listen(to: { port: number; query: string; lastId: string | undefined }) {
  const headers = to.lastId === undefined ? {} : { 'last-event-id': to.lastId };
  const request = get({ port: to.port, path: `/?${to.query}`, headers });
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let heard = '';
  response.setEncoding('utf8').on('data', (chunk) => {
    heard += chunk;
  });
  response.on('error', () => {});
  onTestFinished(() => void request.destroy());
  const until = (text: string) => expect.poll(() => heard, { timeout: 3000 }).toContain(text);
  await until('retry: 2000');
  return {
    request,
    response,
    until,
    heard: () => heard,
    ids: () => [...heard.matchAll(/^id: (\S+)$/gm)].map((match) => match[1] ?? ''),
    names: () => [...heard.matchAll(/^event: (\S+)$/gm)].map((match) => match[1] ?? ''),
  };
}

const alert = (id: string, sensor = 'freezer-3') =>
  ({ customer: 'main', alert: { id, sensor_id: sensor } }) as never;
const samples = (...sensors: string[]) => ({
  customer: 'main',
  readings: sensors.map((sensor_id) => ({
    sensor_id,
    timestamp: '2026-11-22T05:00:00.000Z',
    readings: { temperature: -18.4 },
  })),
});

test('a listener hears samples, alerts and deliveries of its own customer', async () => {
  const { bus, listen } = await createHub();
  const main = await listen();
  const other = await listen('customer=other');
  bus.publish('samples', samples('freezer-3'));
  await main.until('event: sample');
  bus.publish('alert', alert('a1'));
  bus.publish('delivery', { customer: 'main', delivery: { id: 'd1' } as never });
  await main.until('"d1"');
  expect(main.names()).toEqual(['sample', 'alert', 'delivery']);
  expect(main.heard()).toContain(
    'data: {"sensor_id":"freezer-3","timestamp":"2026-11-22T05:00:00.000Z","readings":{"temperature":-18.4}}\n\n',
  );
  expect(other.names()).toEqual([]);
});

test('topics and sensor_id choose what is heard; deliveries are of no one sensor', async () => {
  const { bus, listen } = await createHub();
  const alerts = await listen('topics=alerts&sensor=freezer-3');
  const rest = await listen('topics=samples,deliveries&sensor=freezer-3');
  bus.publish('samples', samples('freezer-1', 'freezer-3'));
  bus.publish('alert', alert('a1', 'freezer-1'));
  bus.publish('alert', alert('a2'));
  bus.publish('delivery', { customer: 'main', delivery: { id: 'd1' } as never });
  await alerts.until('"a2"');
  await rest.until('event: sample');
  expect(alerts.names()).toEqual(['alert']);
  expect(rest.names().sort()).toEqual(['delivery', 'sample']);
  expect(rest.heard()).not.toContain('freezer-1');
});

test('who comes back with the last id gets what came since, in order and once', async () => {
  const { bus, listen } = await createHub();
  const first = await listen();
  bus.publish('alert', alert('a1'));
  bus.publish('samples', samples('freezer-3'));
  await first.until('event: sample');
  const [afterAlert = ''] = first.ids();
  first.request.destroy();
  bus.publish('samples', samples('freezer-4'));
  bus.publish('alert', alert('a2'));
  const second = await listen('', afterAlert);
  await second.until('freezer-4');
  await second.until('"a2"');
  expect(second.names().sort()).toEqual(['alert', 'sample', 'sample']);
  expect(second.heard()).not.toContain('"a1"');
  expect(new Set(second.ids()).size).toBe(3);
});

test('a gap is told where the ring has lost events, and after a restart', async () => {
  const { bus, listen } = await createHub({ ring: { maxEvents: 2, maxChars: 10_000 } });
  const first = await listen('topics=alerts');
  bus.publish('alert', alert('a1'));
  await first.until('"a1"');
  const [id] = first.ids();
  for (const name of ['a2', 'a3', 'a4']) bus.publish('alert', alert(name));
  const back = await listen('topics=alerts', id);
  await back.until('"a4"');
  expect(back.names()).toEqual(['gap', 'alert', 'alert']);
  const fromBefore = await listen('topics=alerts', 'oldrun-17');
  await fromBefore.until('event: gap');
});

test('no gap is told to who has missed nothing', async () => {
  const { bus, listen } = await createHub();
  const first = await listen();
  bus.publish('alert', alert('a1'));
  await first.until('"a1"');
  const back = await listen('', first.ids()[0]);
  bus.publish('alert', alert('a2'));
  await back.until('"a2"');
  expect(back.names()).toEqual(['alert']);
});

test('samples are asked of the bus only while somebody wants them, and a while longer', async () => {
  const { bus, listen } = await createHub({ lingerMs: 30 });
  const alerts = await listen('topics=alerts');
  expect(bus.hasListeners('samples')).toBe(false);
  const both = await listen();
  expect(bus.hasListeners('samples')).toBe(true);
  both.request.destroy();
  await expect.poll(() => bus.hasListeners('samples')).toBe(false);
  expect(alerts.response.destroyed).toBe(false);
});

test('a flood of samples is thinned to the newest of each sensor, and says so', async () => {
  const { bus, listen } = await createHub({ maxSamplesPerFlush: 3 });
  const listener = await listen('topics=samples');
  bus.publish('samples', samples(...Array.from({ length: 500 }, (_, i) => `s${i % 5}`)));
  await listener.until('event: skipped');
  expect(listener.names()).toEqual([...Array(6).fill('sample'), 'skipped']);
  expect(listener.heard()).toContain('data: {"readings":494}');
});

test('a listener who does not read is dropped, the others hear on', async () => {
  const { bus, hub, listen } = await createHub({ maxBufferedBytes: 100_000 });
  const slow = await listen('topics=alerts');
  const quick = await listen('topics=alerts');
  slow.response.pause();
  const padding = 'x'.repeat(50_000);
  for (let i = 0; i < 400 && hub.clientCount === 2; i += 1) {
    bus.publish('alert', { customer: 'main', alert: { id: `a${i}`, padding } as never });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(hub.clientCount).toBe(1);
  bus.publish('alert', alert('last'));
  await quick.until('"last"');
});

test('heartbeats keep a quiet stream open; a session that has ended closes it', async () => {
  const { hub, listen } = await createHub({ heartbeatMs: 20 });
  const listener = await listen();
  await listener.until('event: heartbeat\ndata: {}');
  const expired = await listen(`expires=${Date.now() + 30}`);
  await expect.poll(() => expired.response.readableEnded).toBe(true);
  expect(hub.clientCount).toBe(1);
});

test('a change of keys makes listeners of that customer ask again', async () => {
  const { bus, listen } = await createHub();
  const listener = await listen();
  bus.publish('keys.changed', { customer: 'other' });
  bus.publish('keys.changed', { customer: 'main', isNew: true });
  bus.publish('alert', alert('a1'));
  await listener.until('"a1"');
  bus.publish('keys.changed', { customer: 'main' });
  await expect.poll(() => listener.response.readableEnded).toBe(true);
});

test('changes are told as the audit names them; alerts have their own events, keys no names', async () => {
  const { bus, listen } = await createHub();
  const listener = await listen();
  const other = await listen('customer=other');
  const oven = await listen('topics=changes&sensor=oven');
  const tell = (action: string, target: string) =>
    bus.publish('changed', { customer: 'main', action, target });
  for (const target of ['alert/a1', 'session/s1', 'backup/b1'])
    tell(`${target.split('/')[0]}.create`, target);
  tell('key.create', 'key/k1');
  tell('place.put-picture', 'place/hall/2');
  tell('sensor.patch', 'sensor/oven');
  bus.publish('sensors.appeared', { customer: 'main', sensorId: 'fridge' });
  bus.publish('sensors.appeared', { customer: 'main', sensorId: null });
  await listener.until('"id":null,"action":"register"');
  const told = [...listener.heard().matchAll(/^event: change\ndata: (.*)$/gm)];
  expect(told.map(([, data = '']) => JSON.parse(data))).toEqual([
    { kind: 'key', id: null, action: 'create' },
    { kind: 'place', id: 'hall/2', action: 'put-picture' },
    { kind: 'sensor', id: 'oven', action: 'patch' },
    { kind: 'sensor', id: 'fridge', action: 'register' },
    { kind: 'sensor', id: null, action: 'register' },
  ]);
  expect(other.names()).toEqual([]);
  await oven.until('"id":null,"action":"register"');
  expect(oven.heard()).not.toContain('fridge');
});

test('lost word from other processes is a gap, also for who comes back after it', async () => {
  const { bus, listen } = await createHub();
  const first = await listen();
  bus.publish('alert', alert('a1'));
  await first.until('"a1"');
  bus.publish('word.lost', { customer: 'main' });
  await first.until('event: gap');
  const back = await listen('topics=changes', first.ids()[0]);
  await back.until('event: gap');
});

test('who went away before the stream was opened takes no place for ever', async () => {
  const hub = new LiveHub({ bus: new Bus(), maxClients: 1 });
  hub.start();
  onTestFinished(() => hub.close());
  const opened = Promise.withResolvers<void>();
  const server = createServer(async (_request, response) => {
    // As while a key is looked up.
    await new Promise<void>((resolve) => response.once('close', resolve));
    const subscription = {
      customer: 'main',
      topics: new Set(ALL),
      sensorIds: undefined,
      expiresMs: undefined,
    };
    hub.open(response, { subscription, lastEventId: undefined });
    opened.resolve();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1', () => {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n', () => socket.resetAndDestroy());
  });
  await opened.promise;
  expect(hub.clientCount).toBe(0);
});
