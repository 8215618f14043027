import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Webhook } from 'standardwebhooks';
import { Value } from 'typebox/value';
import { afterEach, expect, test } from 'vitest';
import { loadConfig } from '#config/settings.ts';
import { ContactInput, PolicyInput } from '#domain/notification.ts';
import { RuleInput } from '#domain/rule.ts';
import { makeHost } from '#test/support/command-host.ts';
import { ApiClient } from '../api-client.ts';
import { type DemoSeries, limitsFrom, loadDemoSeries } from './demo-data.ts';
import { type DeliveredNotification, DemoInbox } from './demo-inbox.ts';
import { demoRules, putDemoThings } from './demo-things.ts';
import { followEvents, type LiveEvent } from './event-stream.ts';
import { summarize } from './latency-summary.ts';
import { prepareDemo } from './prepare-demo.ts';
import { replay } from './replay.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(listener: RequestListener): Promise<ApiClient> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return new ApiClient({ url: `http://127.0.0.1:${port}`, key: 'k' });
}

async function openInbox() {
  const delivered: DeliveredNotification[] = [];
  const inbox = new DemoInbox((notification) => delivered.push(notification));
  await inbox.start();
  closers.push(() => inbox.close());
  return { inbox, delivered };
}

const series: DemoSeries = {
  sensorId: 'attic',
  location: 'attic',
  metric: 'temperature',
  unit: 'Cel',
  values: Float64Array.from({ length: 400 }, (_, i) => i / 10),
  first: '2010-01-01',
  last: '2010-02-01',
  limits: { high: 20, veryHigh: 30, low: 5 },
};

test('the measured year of San Francisco is read whole, in °C, and crosses its limits', async () => {
  const data = await loadDemoSeries(undefined);
  expect(data.values.length).toBe(8759);
  expect(data.values[0]).toBe(8.56);
  expect(Math.min(...data.values)).toBeGreaterThan(5);
  expect(Math.max(...data.values)).toBeLessThan(25);
  expect(data.first).toBe('2010-01-01T01:00:00-08:00');
  for (const limit of [data.limits.high, data.limits.veryHigh]) {
    expect(data.values.some((value) => value > limit)).toBe(true);
  }
  expect(data.values.some((value) => value < data.limits.low)).toBe(true);
});

test('any other CSV serves: first column time, first numeric column values', async () => {
  const { cwd } = makeHost();
  const path = join(cwd, 'own.csv');
  const rows = Array.from({ length: 200 }, (_, i) => `2026-01-01 ${i},x${i},${i},9`);
  writeFileSync(path, `when,label,level (m),other\n${rows.join('\n')}\n`);
  const data = await loadDemoSeries(path);
  expect([data.metric, data.values.length, data.values[199]]).toEqual(['level_m', 200, 199]);
  expect(data.limits).toEqual(limitsFrom(data.values));
  expect(data.limits.low).toBeLessThan(data.limits.high);
  for (const rule of demoRules(data)) expect(Value.Check(RuleInput, rule)).toBe(true);
  writeFileSync(path, 'when,label\n2026,x\n');
  await expect(loadDemoSeries(path)).rejects.toThrow('no column of numbers');
});

test('contacts, policy and rules of the demo fit their schemas', async () => {
  const put = new Map<string, unknown>();
  const client = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    put.set(request.url ?? '', JSON.parse(body));
    response.end('{}');
  });
  await putDemoThings(client, series, { webhookUrl: 'http://127.0.0.1:1/hook', secret: 'whsec_x' });
  for (const [path, body] of put) {
    const schema = path.includes('contacts')
      ? ContactInput
      : path.includes('policies')
        ? PolicyInput
        : RuleInput;
    expect(Value.Check(schema, body), path).toBe(true);
  }
  expect([...put.keys()]).toHaveLength(5);
});

test('the inbox takes real mail and signed webhooks, each once, and refuses a wrong signature', async () => {
  const { inbox, delivered } = await openInbox();
  const transport = createTransport({ url: inbox.smtpUrl });
  const mail = {
    from: 'vigie@localhost',
    to: 'camille@example.org',
    subject: 'Chaleur : 22,4 °C',
    text: 'x',
    messageId: '<n1@vigie>',
  };
  await transport.sendMail(mail);
  await transport.sendMail(mail);
  transport.close();
  const body = JSON.stringify({ id: 'n2', data: { message: 'Warm: 22.4 °C\nmore' } });
  const at = new Date();
  const send = (signature: string) =>
    fetch(inbox.webhookUrl, {
      method: 'POST',
      body,
      headers: {
        'webhook-id': 'n2',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': signature,
      },
    });
  expect((await send('v1,AAAA')).status).toBe(401);
  expect((await send(new Webhook(inbox.secret).sign('n2', at, body))).status).toBe(204);
  expect(delivered.map(({ atMs, ...rest }) => rest)).toEqual([
    { channel: 'email', to: 'camille@example.org', subject: 'Chaleur : 22,4 °C', id: 'n1' },
    { channel: 'webhook', to: 'Duty desk', subject: 'Warm: 22.4 °C', id: 'n2' },
  ]);
});

test('a replay sends each value once, in order, never ahead of the clock', async () => {
  const got: { timestamp: string; readings: { temperature: number } }[] = [];
  let isAhead = false;
  const client = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const batch = JSON.parse(body) as typeof got;
    for (const one of batch) if (Date.parse(one.timestamp) > Date.now() + 2) isAhead = true;
    const alerts = got.length === 0 ? [{ id: 'a1', state: 'active' }] : [];
    got.push(...batch);
    response.end(JSON.stringify({ accepted: batch.length, alerts }));
  });
  const { signal } = new AbortController();
  const report = await replay(client, series, { seconds: 0.3, signal, onSent: () => {} });
  expect(got.map((one) => one.readings.temperature)).toEqual([...series.values]);
  const times = got.map((one) => Date.parse(one.timestamp));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(new Set(got.map((one) => one.timestamp)).size).toBe(400);
  expect(isAhead).toBe(false);
  expect(report.readings).toBe(400);
  expect(report.sentAt.get('a1')?.active).toBeTypeOf('number');
});

test('latency joins a notification with the reading that brought it about', async () => {
  const item = (id: string, alert: string, type: string) => ({ id, alert_id: alert, type });
  const client = await serve((request, response) => {
    const isSecond = request.url?.includes('cursor=c');
    const items = isSecond
      ? [item('n3', 'a1', 'cleared'), item('n4', 'other', 'raised')]
      : [item('n1', 'a1', 'raised'), item('n2', 'a1', 'severity_changed')];
    response.end(JSON.stringify({ items, next_cursor: isSecond ? null : 'c' }));
  });
  const at = (id: string, atMs: number): DeliveredNotification => ({
    id,
    atMs,
    channel: 'email',
    to: '',
    subject: '',
  });
  const sentAt = new Map([['a1', { active: 1000, cleared: 2000 }]]);
  const report = { readings: 2, sentAt };
  const delivered = [at('n1', 1010), at('n2', 1500), at('n3', 2030), at('n4', 9000), at('x', 1)];
  const summary = await summarize(client, { report, delivered });
  expect(summary?.count).toBe(2);
  expect(summary?.max).toBe(30);
  expect(await summarize(client, { report, delivered: [] })).toBeUndefined();
});

test('live events are read as they come', async () => {
  const client = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\nid: 1\nevent: alert\ndata: {"id":"a",\n');
    setTimeout(() => response.end('data: "state":"active"}\n\n'), 10);
  });
  const events: LiveEvent[] = [];
  let isOpen = false;
  await followEvents(client, '/v1/events', {
    signal: new AbortController().signal,
    onOpen: () => {
      isOpen = true;
    },
    onEvent: (event) => events.push(event),
  });
  expect(isOpen).toBe(true);
  expect(events).toEqual([{ name: 'alert', data: { id: 'a', state: 'active' } }]);
});

test('the demo asks for its inbox, its own data folder and a key that is long enough', async () => {
  const host = makeHost();
  const config = loadConfig({ env: {}, cwd: host.cwd });
  const demo = await prepareDemo(
    {
      env: {},
      cwd: host.cwd,
      out: { write: () => {} },
      err: { write: () => {} },
      isTerminal: false,
      ask: undefined,
      signal: new AbortController().signal,
      startApp: () => Promise.reject(new Error('not here')),
    },
    { config, dataPath: undefined, seconds: 1 },
  );
  closers.push(() => demo.close());
  const started = loadConfig({ env: {}, cwd: host.cwd, overrides: demo.configOverrides });
  expect(started.smtpUrl).toBe(demo.smtpUrl);
  expect(started.allowPrivateWebhooks).toBe(true);
  expect(started.dataDir).toBe(join(host.cwd, 'data', 'demo'));
  expect(started.adminKey).toBe(demo.newKey);
});
