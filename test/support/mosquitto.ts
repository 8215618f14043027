import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { freePort, temporaryFolder } from './spawn-platform.ts';

/** Debian keeps daemons where an ordinary user's path does not look. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
const START_MS = 10_000;

/** Why there is no broker here; undefined where there is one. CI must have it. */
export function whyNoMosquitto(): string | undefined {
  if (process.env.CI === 'true') return undefined;
  const isThere = spawnSync('mosquitto', ['-h'], { env }).error === undefined;
  return isThere ? undefined : 'Mosquitto is not installed (Debian: mosquitto)';
}

export interface Mosquitto {
  readonly port: number;
  readonly folder: string;
  /** As the power going out for the process alone. */
  kill(): Promise<void>;
  /** Again, on the same port and with what it had stored. */
  start(): Promise<void>;
  /** A client that sends or listens; gone with the test. */
  client(options?: IClientOptions): Promise<MqttClient>;
}

export interface MosquittoOptions {
  /** Lines of its configuration, by the folder that it has for itself. */
  settings?(folder: string): readonly string[];
  /** How clients reach it. */
  protocol?: 'mqtt' | 'mqtts';
}

/** A real broker on a free port with a folder of its own; both are gone when the test is. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const { settings = () => ['allow_anonymous true'], protocol = 'mqtt' } = options;
  const { path: folder, remove } = temporaryFolder('mosquitto');
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'persistence true',
    `persistence_location ${folder}/`,
    // Every change is on disk before the next, so that a killed broker has what it acknowledged.
    'autosave_on_changes true',
    'autosave_interval 1',
    'max_queued_messages 0',
    ...settings(folder),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  // As root it would run as a user of its own, who may not read the folder.
  if (process.getuid?.() === 0) appendFileSync(file, 'user root\n');
  let child: ChildProcess | undefined;
  const broker: Mosquitto = {
    port,
    folder,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async start() {
      child = spawn('mosquitto', ['-c', file], { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-10_000);
      });
      const endMs = Date.now() + START_MS;
      while (!(await accepts(port))) {
        if (child.exitCode !== null || Date.now() > endMs) throw new Error(`no broker: ${said}`);
        await sleep(20);
      }
    },
    async client(clientOptions = {}) {
      const client = await connectAsync(
        `${protocol}://127.0.0.1:${port}`,
        { reconnectPeriod: 100, connectTimeout: 3000, ...clientOptions },
        false,
      );
      client.on('error', () => undefined);
      onTestFinished(() => client.endAsync(true));
      return client;
    },
  };
  onTestFinished(async () => {
    await broker.kill();
    remove();
  });
  await broker.start();
  return broker;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
