import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { Aedes } from 'aedes';
import { afterEach, expect, test } from 'vitest';
import { makeHost } from '#test/support/command-host.ts';
import { Latencies } from './latencies.ts';
import { EXCURSION_CELSIUS, readingValues } from './signal.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface SentReading {
  sensor_id: string;
  timestamp: string;
  readings: Record<string, number>;
}

/** A server that acknowledges every array; `intercept` may answer first and then returns true. */
async function serveReadings(
  intercept: (...args: Parameters<RequestListener>) => boolean | Promise<boolean> = () => false,
) {
  const received: SentReading[] = [];
  const url = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (body === '[]') {
      response.writeHead(400).end('{"code":"no_readings"}');
      return;
    }
    if (await intercept(request, response)) return;
    const readings = JSON.parse(body) as SentReading[];
    received.push(...readings);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        accepted: readings.length,
        late: 0,
        duplicates: 0,
        rejected: [],
        alerts: [],
      }),
    );
  });
  return { url, received };
}

test('percentiles are the nearest ranks of the exact latencies, within 0.1 %', () => {
  const latencies = new Latencies();
  const exact: number[] = [];
  for (let i = 0; i < 10_000; i++) {
    const ms = 0.05 + ((i * 7919) % 10_000) ** 2 / 50_000;
    exact.push(ms);
    latencies.add(ms);
  }
  exact.sort((a, b) => a - b);
  const rank = (percent: number) => exact[Math.ceil((percent / 100) * exact.length) - 1] ?? 0;
  const summary = latencies.summary();
  for (const [got, percent] of [
    [summary.p50, 50],
    [summary.p90, 90],
    [summary.p99, 99],
  ] as const) {
    expect(Math.abs(got - rank(percent)) / rank(percent)).toBeLessThan(0.0015);
  }
  expect(summary.max).toBe(exact.at(-1));
  expect(summary.count).toBe(10_000);
  expect(new Latencies().summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 });
});

test('the share of readings in an excursion is the share asked for', () => {
  const options = { sensors: 100, hot: 0.05 };
  let hot = 0;
  for (let n = 0; n < 200_000; n++) {
    if (readingValues(n, 1_700_000_000_000 + n, options).temperature > EXCURSION_CELSIUS - 1) hot++;
  }
  expect(hot / 200_000).toBeGreaterThan(0.035);
  expect(hot / 200_000).toBeLessThan(0.065);
  expect(readingValues(5, 0, { sensors: 10, hot: 0 }).temperature).toBeLessThan(35);
});

test('simulate sends every planned reading once, each with its own time', async () => {
  const { url, received } = await serveReadings();
  const host = makeHost();
  const code = await host.run(
    ['simulate', '--url', url, '--sensors', '7', '--rate', '5000'],
    ['--seconds', '0.2', '--batch', '64', '--json'],
  );
  expect(host.err).not.toContain('vigie:');
  expect(code).toBe(0);
  expect(received).toHaveLength(1000);
  const keys = new Set(received.map((reading) => `${reading.sensor_id} ${reading.timestamp}`));
  expect(keys.size).toBe(1000);
  expect(new Set(received.map((reading) => reading.sensor_id)).size).toBe(7);
  const report = JSON.parse(host.out);
  expect(report).toMatchObject({ planned: 1000, acknowledged: 1000, unacknowledged: 0, busy: 0 });
  expect(report.latencyMs.p50).toBeGreaterThan(0);
});

test('a 503 is counted, waited out and sent again, and nothing is lost', async () => {
  let refusals = 0;
  const { url, received } = await serveReadings((_request, response) => {
    if (refusals >= 2) return false;
    refusals++;
    response.writeHead(503, { 'retry-after': '0' }).end('{"code":"overloaded"}');
    return true;
  });
  const host = makeHost();
  const code = await host.run(
    ['simulate', '--url', url, '--rate', '1000', '--seconds', '0.2'],
    ['--batch', '50', '--json'],
  );
  expect(code).toBe(0);
  expect(received).toHaveLength(200);
  expect(JSON.parse(host.out)).toMatchObject({ busy: 2, acknowledged: 200 });
});

test('a stall of the platform shows in the latency of the requests that it held up', async () => {
  let isFirst = true;
  const { url } = await serveReadings(async () => {
    if (isFirst) await new Promise((done) => setTimeout(done, 400));
    isFirst = false;
    return false;
  });
  const host = makeHost();
  await host.run(
    ['simulate', '--url', url, '--rate', '100', '--seconds', '0.4'],
    ['--batch', '1', '--in-flight', '1', '--json'],
  );
  // Only one request was slow; measured from when they were due, half of them waited 100 ms or more.
  expect(JSON.parse(host.out).latencyMs.p50).toBeGreaterThan(100);
});

test('readings without an acknowledgement at the end are reported and fail the command', async () => {
  const { url } = await serveReadings((_request, response) => {
    response.destroy();
    return true;
  });
  const host = makeHost();
  const code = await host.run(
    ['simulate', '--url', url, '--rate', '100', '--seconds', '0.1'],
    ['--batch', '10', '--grace', '0.2', '--json'],
  );
  expect(code).toBe(1);
  const report = JSON.parse(host.out);
  expect(report).toMatchObject({ acknowledged: 0, unacknowledged: 10, planned: 10 });
  expect(report.lost).toBeGreaterThan(0);
  expect(host.err).toContain('[readings_unacknowledged]');
});

test('simulate over MQTT publishes with QoS 1 and counts each PUBACK', async () => {
  const broker = await Aedes.createBroker();
  const seen: { topic: string; qos: number; payload: SentReading }[] = [];
  broker.authenticate = (...[, username, password, done]) =>
    done(null, username === 'key' && password?.toString() === 'the-key');
  broker.on('publish', (packet, client) => {
    if (!client) return;
    const payload = JSON.parse(packet.payload.toString()) as SentReading;
    seen.push({ topic: packet.topic, qos: packet.qos, payload });
  });
  const server = createTcpServer(broker.handle);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    broker.close();
    server.close();
  });
  const host = makeHost({ VIGIE_MQTT_PORT: String((server.address() as AddressInfo).port) });
  const code = await host.run(
    ['simulate', '--protocol', 'mqtt', '--key', 'the-key', '--sensors', '5', '--rate', '500'],
    ['--seconds', '0.2', '--connections', '2'],
  );
  expect(host.err).not.toContain('vigie:');
  expect(code).toBe(0);
  expect(seen).toHaveLength(100);
  for (const { topic, qos, payload } of seen) {
    expect(topic).toBe(`v1/sensors/${payload.sensor_id}/readings`);
    expect(qos).toBe(1);
  }
  expect(host.out).toContain('acknowledged  100');
  expect(await host.run(['simulate', '--protocol', 'mqtt', '--key', 'another-key'])).toBe(3);
});

test('simulate ends with exit code 3 where nothing answers, and 2 on wrong usage', async () => {
  const host = makeHost();
  expect(await host.run(['simulate', '--url', 'http://127.0.0.1:9'])).toBe(3);
  expect(host.err).toContain('[unreachable]');
  expect(await host.run(['simulate', '--rate', 'fast'])).toBe(2);
  expect(await host.run(['simulate', '--hot', '2'])).toBe(2);
});
