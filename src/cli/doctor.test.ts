import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { makeHost, type TestHost } from '#test/support/command-host.ts';
import type { Finding } from './doctor/finding.ts';
import { checkNode } from './doctor.ts';

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener);
  closers.push(() => server.closeAllConnections());
  return listen(server);
}

const platform: RequestListener = (request, response) => {
  const isKnown = request.headers.authorization === 'Bearer a-key';
  if (request.url?.startsWith('/health/')) response.end('{"status":"ok"}');
  else if (isKnown) response.end('{"items":[]}');
  else response.writeHead(401).end('{"code":"unauthenticated","detail":"A valid key is needed"}');
};

async function examine(host: TestHost, ...args: string[]) {
  const code = await host.run(['doctor', '--json', ...args]);
  const findings = JSON.parse(host.out) as Finding[];
  const of = (subject: string) => findings.find((finding) => finding.subject === subject);
  return { code, findings, of };
}

test('a machine on which everything is in order passes, and nothing is left behind', async () => {
  const host = makeHost({ VIGIE_HTTP_PORT: '0', VIGIE_MQTT_PORT: '0' });
  const { code, findings, of } = await examine(host);
  expect(findings.filter((finding) => finding.state === 'fail')).toEqual([]);
  expect(code).toBe(0);
  expect(of('data folder')?.detail).toContain('will be made');
  expect(of('e-mail')?.state).toBe('warn');
  expect(readdirSync(host.cwd)).toEqual([]);
  for (const finding of findings) {
    if (finding.state !== 'ok') expect(finding.advice).toBeTruthy();
  }
});

test('wrong settings are listed one by one and end with 2', async () => {
  const host = makeHost({ VIGIE_HTTP_PORT: 'x', VIGIE_NONSENSE: '1' });
  const { code, findings } = await examine(host);
  expect(code).toBe(2);
  expect(findings.filter((finding) => finding.subject === 'settings')).toHaveLength(2);
});

test('a port that something else uses fails with the setting to change', async () => {
  const mqttPort = await listen(createServer());
  const httpPort = await serve((_request, response) => response.writeHead(404).end('hello'));
  const host = makeHost({ VIGIE_HTTP_PORT: '0', VIGIE_MQTT_PORT: String(mqttPort) });
  const taken = await examine(host);
  expect(taken.code).toBe(1);
  expect(taken.of('MQTT port')).toMatchObject({
    state: 'fail',
    detail: expect.stringContaining('EADDRINUSE'),
    advice: expect.stringContaining('VIGIE_MQTT_PORT'),
  });
  const other = makeHost({ VIGIE_HTTP_PORT: String(httpPort), VIGIE_MQTT_PORT: '0' });
  expect((await examine(other)).of('platform')?.detail).toContain('something else than Vigie');
});

test('a platform that answers is told from a port in use, and its key is tried', async () => {
  const port = String(await serve(platform));
  const env = { VIGIE_HTTP_PORT: port, VIGIE_MQTT_PORT: '0' };
  const good = await examine(makeHost({ ...env, VIGIE_KEY: 'a-key' }));
  expect(good.of('platform')?.state).toBe('ok');
  expect(good.of('key')?.state).toBe('ok');
  const bad = await examine(makeHost({ ...env, VIGIE_KEY: 'wrong' }));
  expect(bad.code).toBe(1);
  expect(bad.of('key')?.detail).toContain('[unauthenticated]');
  const remote = await examine(makeHost(), '--url', `http://127.0.0.1:${port}`, '--key', 'a-key');
  expect(remote.of('platform')?.state).toBe('ok');
  expect(remote.of('data folder')).toBeUndefined();
  expect((await examine(makeHost(), '--url', 'http://127.0.0.1:9')).of('platform')?.state).toBe(
    'fail',
  );
});

test('a mail server is tried for real', async () => {
  const smtp = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] });
  smtp.on('error', () => {});
  const port = await listen(smtp.server as unknown as Server);
  const env = { VIGIE_HTTP_PORT: '0', VIGIE_MQTT_PORT: '0' };
  const good = await examine(makeHost({ ...env, VIGIE_SMTP_URL: `smtp://127.0.0.1:${port}` }));
  expect(good.of('e-mail')).toMatchObject({ state: 'ok' });
  const bad = await examine(makeHost({ ...env, VIGIE_SMTP_URL: 'smtp://user:secret@127.0.0.1:9' }));
  expect(bad.of('e-mail')?.state).toBe('fail');
  expect(JSON.stringify(bad.findings)).not.toContain('secret');
});

test('a data folder that is a file, a lock and a clock that went back are seen', async () => {
  const env = { VIGIE_HTTP_PORT: '0', VIGIE_MQTT_PORT: '0' };
  const file = makeHost({ ...env, VIGIE_DATA_DIR: 'taken' });
  writeFileSync(join(file.cwd, 'taken'), '');
  expect((await examine(file)).of('data folder')?.detail).toContain('is no folder');
  const host = makeHost(env);
  mkdirSync(join(host.cwd, 'data'));
  const lock = join(host.cwd, 'data', 'vigie.lock');
  writeFileSync(lock, `${process.pid} 1\n`);
  const held = (await examine(host)).of('lock');
  expect(held?.detail).toContain(`process ${process.pid}`);
  expect(held?.state).toBe('warn');
  writeFileSync(lock, '999999999 1\n');
  expect((await examine(host)).of('lock')?.detail).toContain('takes it over');
  utimesSync(lock, new Date(), new Date(Date.now() + 3_600_000));
  expect((await examine(host)).of('clock')?.state).toBe('fail');
});

test('a Node.js that is too old fails', () => {
  expect(checkNode('20.19.0').state).toBe('fail');
  expect(checkNode('24.11.9').state).toBe('fail');
  expect(checkNode('24.12.0').state).toBe('ok');
  expect(checkNode('26.10.0').state).toBe('ok');
});
