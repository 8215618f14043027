// The peers that readings are compared with, where Debian's packages `influxdb` and `victoria-metrics` are installed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/spawn-platform.ts';

export interface Peer {
  name: string;
  port: number;
  path: string;
  stop(): void;
}

function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function untilUp(port: number, path: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await (await fetch(`http://127.0.0.1:${port}${path}`)).arrayBuffer();
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error(`nothing answers on port ${port}`);
}

async function startInflux(folder: string): Promise<Peer> {
  const [port, rpc] = [await freePort(), await freePort()];
  const dir = join(folder, 'influx');
  mkdirSync(dir, { recursive: true });
  const file = join(folder, 'influx.conf');
  writeFileSync(
    file,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  max-series-per-database = 0
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
`,
  );
  const child = spawn('influxd', ['-config', file], { stdio: 'ignore' });
  await untilUp(port, '/ping');
  await fetch(`http://127.0.0.1:${port}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'q=CREATE DATABASE s',
  });
  return { name: 'influxdb', port, path: '/write?db=s', stop: () => end(child) };
}

async function startVictoria(folder: string): Promise<Peer> {
  const port = await freePort();
  const child = spawn(
    'victoria-metrics',
    [
      `-storageDataPath=${join(folder, 'victoria')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=100y',
    ],
    { stdio: 'ignore' },
  );
  await untilUp(port, '/health');
  return { name: 'victoriametrics', port, path: '/write', stop: () => end(child) };
}

function end(child: ChildProcess): void {
  child.kill('SIGKILL');
}

/** Starts the peers that are installed. */
export async function startPeers(folder: string): Promise<Peer[]> {
  const peers: Peer[] = [];
  if (has('influxd')) peers.push(await startInflux(folder));
  if (has('victoria-metrics')) peers.push(await startVictoria(folder));
  return peers;
}
