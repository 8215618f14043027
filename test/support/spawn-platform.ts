import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../bin/vigie.js', import.meta.url));
export const ADMIN_KEY = 'test-admin-key-0123456789';

export interface SpawnedPlatform {
  readonly url: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** All that it printed so far. */
  output(): string;
  /** As the power going out for the process alone. */
  kill(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

/**
 * A port that nobody has, below those that systems give to connections as they please (RFC 6056): one of these may be
 * somebody's by the time a program that has to start first listens.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once('error', () => resolve(false));
  server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  return promise;
}

/** A folder of its own, removed by `remove`. */
export function temporaryFolder(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `vigie-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Another way to start it than from the source. */
export interface Launch {
  readonly command?: readonly [program: string, ...args: string[]];
  readonly uid?: number;
  readonly gid?: number;
  /** What has to answer 200 for it to be taken as ready. */
  readonly readyPath?: string;
  /** Given its process before it is ready, for whoever wants to end it on the way there. */
  readonly onSpawned?: (child: ChildProcess) => void;
  readonly readyWithinMs?: number;
}

/** The real program as a process of its own. Resolves once it is ready. */
export async function spawnPlatform(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  {
    command: [program, ...args] = [process.execPath, main],
    readyPath = '/health/ready',
    onSpawned,
    readyWithinMs = 20_000,
    ...user
  }: Launch = {},
): Promise<SpawnedPlatform> {
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const child = spawn(program, [...args, 'serve'], {
    ...user,
    env: {
      PATH: process.env.PATH,
      VIGIE_HTTP_PORT: String(httpPort),
      VIGIE_MQTT_PORT: String(mqttPort),
      VIGIE_DATA_DIR: dataDir,
      VIGIE_ADMIN_KEY: ADMIN_KEY,
      VIGIE_LOG_LEVEL: 'warn',
      // Its readings and alerts would be counted with those of the test.
      VIGIE_CANARY: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onSpawned?.(child);
  let text = '';
  const collect = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-200_000);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const url = `http://127.0.0.1:${httpPort}`;
  const platform: SpawnedPlatform = {
    url,
    httpPort,
    mqttPort,
    dataDir,
    process: child,
    output: () => text,
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      const code = await Promise.race([exited, sleep(15_000, 'late' as const)]);
      if (code !== 'late') return code;
      child.kill('SIGKILL');
      throw new Error(`did not stop within 15 s:\n${text}`);
    },
  };
  const deadline = Date.now() + readyWithinMs;
  while (Date.now() < deadline) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`ended with ${end}:\n${text}`);
    try {
      const answer = await fetch(`${url}${readyPath}`);
      await answer.arrayBuffer();
      if (answer.ok) return platform;
    } catch {
      // Not listening yet.
    }
    await sleep(20);
  }
  await platform.kill();
  throw new Error(`not ready within ${readyWithinMs / 1000} s:\n${text}`);
}

/** A call to the API with the admin key; the body as JSON. */
export async function call(
  url: string,
  method: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}
