import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { LogOutput } from '#platform/log-output.ts';
import { folder, send } from '../support/data-folder.ts';
import { mountSmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { spawnPlatform } from '../support/spawn-platform.ts';
import { until } from '../support/until.ts';

// The log of a process: it tells why the process ends, and never ends it.

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A module that is loaded before the program. */
const preloaded = (source: string) => `--import=data:text/javascript,${encodeURIComponent(source)}`;

const linesOf = (output: string): Record<string, unknown>[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

test.each([
  ['uncaughtException', "throw new Error('out of the blue')"],
  ['unhandledRejection', "void Promise.reject(new Error('out of the blue'))"],
])(
  'an error that nobody catches (%s) stands in the log, and ends the process with 1',
  async (origin, fault) => {
    const platform = await spawnPlatform(folder(), {
      NODE_OPTIONS: preloaded(`process.on('SIGUSR2', () => { ${fault} })`),
    });
    onTestFinished(() => platform.kill());
    platform.process.kill('SIGUSR2');
    await until(() => platform.process.exitCode !== null);
    expect(platform.process.exitCode).toBe(1);
    await until(() => linesOf(platform.output()).some(({ level }) => level === 60));
    expect(linesOf(platform.output()).at(-1)).toMatchObject({
      level: 60,
      origin,
      err: { message: 'out of the blue', stack: expect.stringContaining('Error: out of the blue') },
    });
  },
);

test.skipIf(process.platform !== 'linux')(
  'a log that cannot be written, as on a full disk, ends nothing and holds nothing up',
  async () => {
    const script = 'exec "$0" "$@" > /dev/full';
    const platform = await spawnPlatform(
      folder(),
      { VIGIE_LOG_LEVEL: 'info' },
      { command: ['sh', '-c', script, process.execPath, main] },
    );
    onTestFinished(() => platform.kill());
    // Each is worth a line of its log.
    for (let at = 0; at < 20; at++) await refusedMqttClient(platform.mqttPort);
    const reading = { sensor_id: 's', readings: { t: 1 } };
    expect((await send(platform.url, [reading])).status).toBe(200);
    expect(await platform.stop()).toBe(0);
  },
);

/** One that breaks the protocol after a proper beginning. */
function refusedMqttClient(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from([0x10, 0x01, 0x00])));
    socket.on('error', () => undefined).on('close', () => resolve());
  });
}

test.skipIf(whyNoSmallDisk() !== undefined)(
  'lines that found no room come once there is some',
  async () => {
    const disk = mountSmallDisk(1);
    const path = join(disk.path, 'log');
    const fd = openSync(path, 'a');
    onTestFinished(() => closeSync(fd));
    const output = new LogOutput(fd);
    output.write('first\n');
    await until(() => readFileSync(path, 'utf8') === 'first\n');
    disk.fill(0);
    const long = `${'x'.repeat(8000)}\n`;
    output.write(long);
    output.write('third\n');
    // The last page of the file had room for the beginning.
    await until(() => statSync(path).size > 'first\n'.length);
    expect(readFileSync(path, 'utf8')).not.toContain('third');
    disk.release();
    output.write('fourth\n');
    await until(() => readFileSync(path, 'utf8') === `first\n${long}third\nfourth\n`);
  },
);

test.skipIf(whyNoSmallDisk() !== undefined)(
  'what waits has a bound, and how many lines were dropped is said once there is room',
  async () => {
    const disk = mountSmallDisk(4);
    const path = join(disk.path, 'log');
    const fd = openSync(path, 'a');
    onTestFinished(() => closeSync(fd));
    disk.fill(0);
    const output = new LogOutput(fd);
    const lines = Array.from({ length: 200 }, (_, at) => `${at} ${'x'.repeat(10_000)}\n`);
    for (const line of lines) output.write(line);
    disk.release();
    await until(() => readFileSync(path, 'utf8').includes('were dropped'));
    const kept = lines.slice(0, 104);
    expect(readFileSync(path, 'utf8').startsWith(kept.join(''))).toBe(true);
    expect(linesOf(readFileSync(path, 'utf8'))).toMatchObject([
      { level: 40, dropped: lines.length - kept.length },
    ]);
  },
);
