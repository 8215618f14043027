import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeHost } from '#test/support/command-host.ts';
import { isMissing, parseNumber } from './numbers.ts';

interface SentReading {
  sensor_id: string;
  timestamp: string;
  readings: Record<string, number>;
}
interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: object;
  hangUp?: boolean;
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Accepts everything unless `answer` says otherwise, and keeps what it accepted. */
async function serveReadings(answer: (batch: SentReading[]) => Reply = () => ({})) {
  const stored: SentReading[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const batch = JSON.parse(text) as SentReading[];
    const reply = answer(batch);
    if (reply.hangUp) {
      response.destroy();
      return;
    }
    if ((reply.status ?? 200) === 200) stored.push(...batch);
    const accepted = { accepted: batch.length, duplicates: 0, rejected: [], alerts: [] };
    response.writeHead(reply.status ?? 200, {
      'content-type': 'application/json',
      ...reply.headers,
    });
    response.end(JSON.stringify({ ...accepted, ...reply.body }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stored };
}

function makeFile(content: string | Buffer) {
  const host = makeHost();
  const file = join(host.cwd, 'data.csv');
  writeFileSync(file, content);
  return { host, rejectedPath: `${file}.rejected.csv` };
}

test('a wide file becomes one reading a row, and gaps are skipped', async () => {
  const { url, stored } = await serveReadings();
  const { host, rejectedPath } = makeFile(
    'timestamp,Temp (°C),humidity,note\n2026-11-22T05:00:00Z,4.5,41,ok\n2026-11-22T05:01:00Z,,42,\n2026-11-22T05:02:00Z,NaN,,x\n',
  );
  const code = await host.run(['import', 'data.csv', '--sensor', 'fridge-1', '--url', url]);
  expect(host.err).toContain('not imported: note');
  expect(code).toBe(0);
  expect(stored).toEqual([
    {
      sensor_id: 'fridge-1',
      timestamp: '2026-11-22T05:00:00.000Z',
      readings: { Temp_C: 4.5, humidity: 41 },
    },
    { sensor_id: 'fridge-1', timestamp: '2026-11-22T05:01:00.000Z', readings: { humidity: 42 } },
  ]);
  expect(host.out).toContain('rows without a value: 1');
  expect(existsSync(rejectedPath)).toBe(false);
});

test('a long file becomes readings that gather the metrics of one time', async () => {
  const { url, stored } = await serveReadings();
  const { host } = makeFile(
    'sensor_id,metric,unit,timestamp,value,received_at\na,t,Cel,2026-11-22T05:00:00Z,1,\na,h,%,2026-11-22T05:00:00Z,2,\na,t,Cel,2026-11-22T05:01:00Z,3,\nb,t,Cel,2026-11-22T05:01:00Z,4,\n',
  );
  expect(await host.run(['import', 'data.csv', '--url', url])).toBe(0);
  expect(stored.map((one) => [one.sensor_id, one.readings])).toEqual([
    ['a', { t: 1, h: 2 }],
    ['a', { t: 3 }],
    ['b', { t: 4 }],
  ]);
});

test('a French spreadsheet: semicolons, decimal commas, local times, windows-1252', async () => {
  const { url, stored } = await serveReadings();
  const text = 'Date;Température\r\n22/11/2026 06:00;12,5\r\n22/11/2026 06:10;-3\r\n';
  const { host } = makeFile(Buffer.from(text, 'latin1'));
  const options = ['--sensor', 'serre', '--url', url, '--date-order', 'dmy'];
  expect(await host.run(['import', 'data.csv', ...options])).toBe(2);
  expect(host.err).toContain('--encoding');
  const encoding = ['--encoding', 'windows-1252'];
  expect(await host.run(['import', 'data.csv', ...options, ...encoding])).toBe(2);
  expect(host.err).toContain('--decimal-comma');
  const comma = '--decimal-comma';
  expect(await host.run(['import', 'data.csv', comma, ...options, ...encoding])).toBe(2);
  expect(host.err).toContain('--time-zone');
  const zone = ['--time-zone', 'Europe/Paris', comma];
  expect(await host.run(['import', 'data.csv', ...options, ...encoding, ...zone])).toBe(0);
  expect(stored).toEqual([
    { sensor_id: 'serre', timestamp: '2026-11-22T05:00:00.000Z', readings: { Température: 12.5 } },
    { sensor_id: 'serre', timestamp: '2026-11-22T05:10:00.000Z', readings: { Température: -3 } },
  ]);
});

test('rows refused here or by the platform are written with their reason, and the exit code is 1', async () => {
  const { url, stored } = await serveReadings((batch) => ({
    body: {
      accepted: batch.length - 1,
      rejected: [{ index: 1, code: 'timestamp_too_old', pointer: '/timestamp', detail: 'too old' }],
    },
  }));
  const { host, rejectedPath } = makeFile(
    'time,sensor,v\n2026-11-22T05:00:00Z,a,1\n1999-01-01T00:00:00Z,a,2\n2026-11-22T05:02:00Z,a,"x, y"\nnever,a,4\n2026-11-22T05:04:00Z,a\n2026-11-22T05:05:00Z,,6\n',
  );
  expect(await host.run(['import', 'data.csv', '--url', url])).toBe(1);
  expect(host.err).toContain('[rows_refused]');
  expect(stored).toHaveLength(2);
  const lines = readFileSync(rejectedPath, 'utf8').trim().split('\n');
  expect(lines[0]).toBe('rejected_line,rejected_code,rejected_detail,time,sensor,v');
  expect(
    lines
      .slice(1)
      .map((line) => line.split(',').slice(0, 2))
      .sort(),
  ).toEqual([
    ['3', 'timestamp_too_old'],
    ['4', 'value_not_number'],
    ['5', 'timestamp_invalid'],
    ['6', 'columns_wrong'],
    ['7', 'sensor_id_missing'],
  ]);
  expect(lines.find((line) => line.startsWith('4,'))).toContain('"x, y"');
});

test('a file of refused rows can be corrected and imported itself', async () => {
  const { url, stored } = await serveReadings();
  const { host } = makeFile(
    'rejected_line,rejected_code,rejected_detail,time,sensor,v\n4,value_not_number,,2026-11-22T05:02:00Z,a,3\n',
  );
  expect(await host.run(['import', 'data.csv', '--url', url])).toBe(0);
  expect(stored[0]?.readings).toEqual({ v: 3 });
});

test('busy answers and broken connections are tried again, and every row arrives', async () => {
  let calls = 0;
  const { url, stored } = await serveReadings(() => {
    calls++;
    if (calls === 1)
      return { status: 503, headers: { 'retry-after': '0' }, body: { code: 'overloaded' } };
    if (calls === 2) return { hangUp: true };
    if (calls === 3) return { status: 429, headers: { 'retry-after': '0' } };
    return {};
  });
  const rows = Array.from({ length: 50 }, (_, i) => `${1795323600 + i},${i}`);
  const { host } = makeFile(`time,v\n${rows.join('\n')}\n`);
  const code = await host.run([
    'import',
    'data.csv',
    '--sensor',
    's',
    '--url',
    url,
    '--batch',
    '20',
  ]);
  expect(code).toBe(0);
  expect(stored.map((one) => one.readings.v)).toEqual(rows.map((_, i) => i));
  expect(host.out).toContain('sent again 3');
});

test('a batch that is too large for the platform is cut in halves', async () => {
  const { url, stored } = await serveReadings((batch) =>
    batch.length > 3 ? { status: 413, body: { code: 'too_many_readings' } } : {},
  );
  const rows = Array.from({ length: 10 }, (_, i) => `${1795323600 + i},${i}`);
  const { host } = makeFile(`time,v\n${rows.join('\n')}\n`);
  expect(await host.run(['import', 'data.csv', '--sensor', 's', '--url', url])).toBe(0);
  expect(stored.map((one) => one.readings.v)).toEqual(rows.map((_, i) => i));
});

test('no answer ends with exit code 3, and a wrong key with 1', async () => {
  const { host } = makeFile('time,v\n1795323600,1\n');
  const file = ['import', 'data.csv', '--sensor', 's', '--retry-for', '0s'];
  expect(await host.run(file, ['--url', 'http://127.0.0.1:9'])).toBe(3);
  const { url } = await serveReadings(() => ({
    status: 401,
    body: { code: 'unauthenticated', detail: 'A valid key is needed' },
  }));
  expect(await host.run(file, ['--url', url])).toBe(1);
  expect(host.err).toContain('[unauthenticated]');
});

test('a dry run checks every row and sends nothing', async () => {
  const { host } = makeFile('time,v\n1795323600,1\n1795323601,x\n1795323602,3\n1795323603,4\n');
  const args = ['import', 'data.csv', '--sensor', 's', '--dry-run', '--url', 'http://127.0.0.1:9'];
  expect(await host.run(args)).toBe(1);
  expect(host.out).toContain('3 readings with 3 values would be sent');
});

test('what a file does not say is asked for by the name of the option', async () => {
  for (const [content, hint] of [
    ['a,b\n1,2\n', '--time-column'],
    ['time,v\n1795323600,1\n', '--sensor <id>'],
    ['time\n', 'holds no rows'],
    ['time,v v,v_v\n1795323600,1,2\n', "two columns would both be the metric 'v_v'"],
  ] as const) {
    const { host } = makeFile(content);
    const sensor = hint.startsWith('two') ? ['--sensor', 's'] : [];
    expect(await host.run(['import', 'data.csv', ...sensor]), content).toBe(2);
    expect(host.err).toContain(hint);
  }
  const { host } = makeFile('time,"v\n1795323600,1\n');
  expect(await host.run(['import', 'data.csv', '--sensor', 's'])).not.toBe(0);
  expect(await host.run(['import', 'nothing.csv', '--sensor', 's'])).toBe(1);
  expect(host.err).toContain('ENOENT');
});

test('cells are numbers, missing, or neither', () => {
  expect(['1', '-2.5', '.5', '1e3', '+7.'].map((cell) => parseNumber(cell, false))).toEqual([
    1, -2.5, 0.5, 1000, 7,
  ]);
  expect(
    ['1,5', '1.5', '1e999', '0x10', '1 000', ''].map((cell) => parseNumber(cell, false)),
  ).toEqual([undefined, 1.5, undefined, undefined, undefined, undefined]);
  expect(['1,5', '1.5', '7'].map((cell) => parseNumber(cell, true))).toEqual([1.5, undefined, 7]);
  expect(['', 'NA', 'NaN', 'null', '-', '0'].map(isMissing)).toEqual([
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
});
