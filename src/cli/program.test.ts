import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { makeHost } from '#test/support/command-host.ts';
import { formatBytes } from './progress.ts';
import type { AppStarter } from './running-app.ts';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
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

test('every command has help with examples, and help ends well', async () => {
  const host = makeHost();
  expect(await host.run(['--help'])).toBe(0);
  for (const name of [
    'serve',
    'simulate',
    'import',
    'export',
    'apply',
    'backtest',
    'keys',
    'doctor',
  ]) {
    expect(host.out).toContain(name);
  }
  for (const name of [
    'serve',
    'simulate',
    'import',
    'export',
    'apply',
    'backtest',
    'keys',
    'doctor',
  ]) {
    expect(await host.run([name, '--help']), name).toBe(0);
    expect(host.out, name).toContain('$ vigie');
    expect(host.err).toBe('');
  }
  expect(await host.run(['--version'])).toBe(0);
  expect(host.out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('wrong usage and wrong settings end with 2 and say what is wrong', async () => {
  const host = makeHost({ VIGIE_HTTP_PORT: 'x', VIGIE_KAFKA_BROKERS: 'k:9092' });
  expect(await host.run(['fly'])).toBe(2);
  expect(host.err).toContain("unknown command 'fly'");
  expect(await host.run(['keys', 'list', '--speed', '9'])).toBe(2);
  expect(await host.run(['keys', 'list'])).toBe(2);
  expect(host.err).toContain('VIGIE_HTTP_PORT: must be a whole number');
  expect(host.err).toContain('VIGIE_KAFKA_BROKERS: needs VIGIE_POSTGRES_URL');
});

test('keys are created, listed over all pages and revoked', async () => {
  const requests: { method?: string; url?: string; body: string; key?: string }[] = [];
  const key = {
    id: 'k1',
    name: 'greenhouse',
    scopes: ['ingest'],
    sensors: ['greenhouse-*'],
    rate_limit: null,
    created_at: '2026-11-22T05:00:00.000Z',
    expires_at: null,
    revoked_at: null,
  };
  const url = await serve(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url: path, headers } = request;
    requests.push({
      method: method ?? '',
      url: path ?? '',
      body,
      key: headers.authorization ?? '',
    });
    if (method === 'DELETE') response.writeHead(204).end();
    else if (method === 'POST')
      response.writeHead(201).end(JSON.stringify({ ...key, key: 'the-text' }));
    else if (path?.includes('cursor=next')) {
      response.end(JSON.stringify({ items: [{ ...key, id: 'k2' }], next_cursor: null }));
    } else response.end(JSON.stringify({ items: [key], next_cursor: 'next' }));
  });
  const host = makeHost({ VIGIE_URL: url, VIGIE_ADMIN_KEY: 'an-admin-key-long-enough' });
  const options = ['--name', 'greenhouse', '--sensors', 'greenhouse-*', '--expires', '2027-01-01'];
  expect(await host.run(['keys', 'create', ...options])).toBe(0);
  expect(host.out).toBe('the-text\n');
  expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
    name: 'greenhouse',
    scopes: ['ingest'],
    sensors: ['greenhouse-*'],
    expires_at: '2027-01-01T00:00:00Z',
  });
  expect(requests[0]?.key).toBe('Bearer an-admin-key-long-enough');
  expect(await host.run(['keys', 'list', '--key', 'another'])).toBe(0);
  expect(host.out.split('\n').map((line) => line.split(/\s+/)[0])).toEqual(['ID', 'k1', 'k2', '']);
  expect(requests.at(-1)?.key).toBe('Bearer another');
  expect(await host.run(['keys', 'revoke', 'k 1'])).toBe(0);
  expect(requests.at(-1)).toMatchObject({ method: 'DELETE', url: '/v1/api-keys/k%201' });
  expect(await host.run(['keys', 'create', '--name', 'x', '--scopes', 'root'])).toBe(2);
});

test('a refusal is told with its code, and a platform that is not there with exit code 3', async () => {
  const url = await serve((_request, response) => {
    response.writeHead(403, { 'content-type': 'application/problem+json' });
    response.end('{"code":"forbidden","detail":"The key does not allow this","status":403}');
  });
  const host = makeHost();
  expect(await host.run(['keys', 'list', '--url', url])).toBe(1);
  expect(host.err).toBe('vigie: The key does not allow this [forbidden]\n');
  expect(await host.run(['keys', 'list', '--url', 'http://127.0.0.1:9'])).toBe(3);
  expect(host.err).toContain('no answer from http://127.0.0.1:9');
});

test('export streams to a file that appears only when it is whole', async () => {
  const asked: string[] = [];
  const url = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.write('sensor_id,metric\n');
    if (request.url?.includes('broken')) setTimeout(() => response.destroy(), 20);
    else response.end('a,t\n');
  });
  const host = makeHost({ VIGIE_URL: url });
  const range = ['--from', '2026-11-01', '--to', '2026-11-22T06:00:00+01:00'];
  expect(await host.run(['export', '--out', 'x.csv', '--sensors', 'a,b-*', ...range])).toBe(0);
  expect(readFileSync(join(host.cwd, 'x.csv'), 'utf8')).toBe('sensor_id,metric\na,t\n');
  const query = new URL(asked[0] ?? '', url).searchParams;
  expect(query.get('sensor_id')).toBe('a,b-*');
  expect(query.get('from')).toBe('2026-11-01T00:00:00Z');
  expect(query.get('format')).toBe('csv');
  expect(await host.run(['export', '--out', 'y.parquet'])).toBe(0);
  expect(asked.at(-1)).toContain('format=parquet');
  expect(await host.run(['export', '--out', '-'])).toBe(0);
  expect(host.out).toBe('sensor_id,metric\na,t\n');
  expect(await host.run(['export', '--out', 'z.csv', '--sensors', 'broken'])).toBe(3);
  expect(host.err).toContain('broke off');
  expect(readdirSync(host.cwd).sort()).toEqual(['x.csv', 'y.parquet']);
  expect(await host.run(['export', '--out', 'no/such/folder.csv'])).toBe(1);
  expect(host.err).toContain('ENOENT');
  expect(await host.run(['export', '--out', 'x.csv', '--from', 'yesterday'])).toBe(2);
  expect(
    await host.run(['export', '--out', 'x.csv', '--from', '2026-02-01', '--to', '2026-01-01']),
  ).toBe(2);
});

test('export refuses a file whose ending names no format, unless the format is given', async () => {
  const url = await serve((_request, response) => response.end('a,t\n'));
  const host = makeHost({ VIGIE_URL: url });
  expect(await host.run(['export', '--out', 'november.xlsx'])).toBe(2);
  expect(host.err).toContain('november.xlsx names no format: end it in .csv, .json or .parquet');
  expect(readdirSync(host.cwd)).toEqual([]);
  expect(await host.run(['export', '--out', 'november.txt', '--format', 'csv'])).toBe(0);
  expect(readFileSync(join(host.cwd, 'november.txt'), 'utf8')).toBe('a,t\n');
});

test('backtest sends the rule of a file and tells what it would have done', async () => {
  let asked = '';
  const answer = {
    alerts: [
      { sensor_id: 'a', severity: 'critical', started_at: 'T1', cleared_at: null, peak: -8.2 },
    ],
    truncated: true,
    summary: { samples: 120000, alerts: 12, sensors: 3, seconds_active: 5400, chattering: ['a'] },
    suggestion: { deadband: 0.8, on_delay: '3m', alerts: 4 },
  };
  const url = await serve(async (request, response) => {
    asked = `${request.method} ${request.url} `;
    for await (const chunk of request) asked += chunk;
    response.end(JSON.stringify(answer));
  });
  const host = makeHost({ VIGIE_URL: url });
  writeFileSync(join(host.cwd, 'rule.json'), '{"when":{"silent":"15m"}}');
  const args = ['backtest', '-f', 'rule.json', '--from', '2026-11-01', '--to', '2026-11-02'];
  expect(await host.run(args)).toBe(0);
  expect(asked).toBe(
    'POST /v1/rules/backtest {"rule":{"when":{"silent":"15m"}},"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"}',
  );
  expect(host.out.split('\n')).toEqual([
    'a  critical  T1 to still active  peak -8.2',
    '… and 11 more',
    '12 alerts on 3 sensors in 120,000 samples, active for 5,400 s',
    'Chattering: a',
    'With deadband 0.8 and on_delay 3m these would raise 4 alerts.',
    '',
  ]);
  expect(await host.run([...args, '--json'])).toBe(0);
  expect(JSON.parse(host.out)).toEqual(answer);
  writeFileSync(join(host.cwd, 'rule.json'), 'when: silent');
  expect(await host.run(args)).toBe(2);
  expect(host.err).toContain('is not valid JSON');
});

test('backtest shows how far it has come, in lines where there is no terminal, and what the stream says at its end', async () => {
  const progress = (phase: string, done: number) =>
    `event: progress\ndata: ${JSON.stringify({ phase, done, total: 864_000, samples: 1200 })}\n\n`;
  let ending =
    'event: result\ndata: {"alerts":[],"truncated":false,"summary":{"samples":1200,"alerts":0,"sensors":1,"seconds_active":0,"chattering":[]},"suggestion":null}\n\n';
  let accepted: string | undefined;
  const url = await serve(async (request, response) => {
    accepted = request.headers.accept;
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(
      `${progress('replay', 0)}: a comment\n\n${progress('replay', 432_000).slice(0, 25)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    response.write(`${progress('replay', 432_000).slice(25)}${progress('suggestion', 86_400)}`);
    response.end(ending);
  });
  let nowMs = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => {
    nowMs += 6000;
    return nowMs;
  });
  onTestFinished(() => void vi.restoreAllMocks());
  const host = makeHost({ VIGIE_URL: url });
  writeFileSync(join(host.cwd, 'rule.json'), '{"when":{"silent":"15m"}}');
  const args = ['backtest', '-f', 'rule.json', '--from', '2026-11-01', '--to', '2026-11-11'];
  expect(await host.run(args)).toBe(0);
  expect(accepted).toBe('text/event-stream');
  expect(host.err.split('\n')).toEqual([
    'Trying the rule 0% · 0 days of history · 1,200 samples',
    'Trying the rule 50% · 5 days of history · 1,200 samples',
    'Looking for a calmer rule 10% · 1 days of history · 1,200 samples',
    '',
  ]);
  expect(host.out).toBe('0 alerts on 1 sensors in 1,200 samples, active for 0 s\n');
  ending = 'event: error\ndata: {"code":"storage_unavailable","detail":"Not now."}\n\n';
  expect(await host.run(args)).toBe(1);
  expect(host.err).toContain('Not now.');
  ending = '';
  expect(await host.run(args)).toBe(3);
  expect(host.err).toContain('broke off before the answer');
});

test('serve hands the settings to the platform, says where it is, and stops it on the signal', async () => {
  const seen: { port: number; roles: readonly string[]; dataDir: string }[] = [];
  let isStopped = false;
  const start: AppStarter = async (config) => {
    seen.push({ port: config.httpPort, roles: config.roles, dataDir: config.dataDir });
    setTimeout(() => host.stop(), 10);
    return {
      url: 'http://127.0.0.1:9000',
      mqttPort: 1884,
      newAdminKey: 'the-first-key',
      signInCode: 'code',
      stop: async () => {
        isStopped = true;
      },
    };
  };
  const host = makeHost({ VIGIE_HTTP_PORT: '7000' }, start);
  const roles = ['--roles', 'api,gateway,processor'];
  expect(await host.run(['serve', '--port', '9000', '--data-dir', 'd', ...roles])).toBe(0);
  expect(seen).toEqual([
    { port: 9000, roles: ['gateway', 'processor', 'api'], dataDir: join(host.cwd, 'd') },
  ]);
  expect(isStopped).toBe(true);
  for (const text of [
    'http://127.0.0.1:9000/#key=code',
    'http://127.0.0.1:9000/docs',
    'mqtt://127.0.0.1:1884',
    'curl http://127.0.0.1:9000/v1/readings -H "Authorization: Bearer the-first-key"',
  ]) {
    expect(host.out).toContain(text);
  }
});

test('serve tells why a platform cannot start', async () => {
  const taken = Object.assign(new Error('listen EADDRINUSE: address already in use'), {
    code: 'EADDRINUSE',
  });
  const host = makeHost({}, () => Promise.reject(taken));
  expect(await host.run(['serve'])).toBe(1);
  expect(host.err).toBe('vigie: listen EADDRINUSE: address already in use [EADDRINUSE]\n');
  expect(existsSync(join(host.cwd, 'data'))).toBe(false);
});

test('sizes are shown for people', () => {
  expect([0, 999, 1500, 2_500_000, 3.2e9].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.5 kB',
    '2.5 MB',
    '3.2 GB',
  ]);
});
