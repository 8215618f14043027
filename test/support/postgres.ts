import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './spawn-platform.ts';

const run = promisify(execFile);

/** Where Debian, and most others, put the server's programs. */
function findPrograms(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, 'bin')), '/usr/local/bin'];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

const programs = findPrograms();

const MISSING = 'PostgreSQL (15 or later) is not installed';

/** Why tests over PostgreSQL are left out here; undefined where they run, and where they must: there they fail. */
export const postgresObstacle =
  programs === undefined && process.env.CI !== 'true' ? MISSING : undefined;

/** The extension is in no package registry: its tests run where it has been built. */
export const hasTimescale =
  programs !== undefined &&
  existsSync(
    join(
      execFileSync(join(programs, 'pg_config'), ['--sharedir']).toString().trim(),
      'extension/timescaledb.control',
    ),
  );

/** The server refuses to run as root: then it runs as the account that its package made. */
function serverAccount(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

export interface TestCluster {
  readonly port: number;
  /** The server's folder. */
  readonly data: string;
  /** A new, empty database; answers its URL. */
  createDatabase(): Promise<string>;
  /** Stops the server as a crash would, or in order. */
  stop(mode?: 'immediate' | 'fast'): Promise<void>;
  start(): Promise<void>;
  /** Stops the server and removes everything. */
  remove(): Promise<void>;
}

/** A private server on a free port, with everything on disk (fsync stays on) in a temporary folder in `parent`. */
export async function createCluster(
  settings: Readonly<Record<string, string>> = {},
  parent = tmpdir(),
): Promise<TestCluster> {
  if (programs === undefined) throw new Error(MISSING);
  const account = serverAccount();
  const folder = mkdtempSync(join(parent, 'vigie-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  if (account) for (const path of [folder, data]) chownSync(path, account.uid, account.gid);
  const port = await freePort();
  const options = { ...account, cwd: folder };
  await run(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'vigie', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'],
    options,
  );
  const lines = {
    port: String(port),
    listen_addresses: "'127.0.0.1'",
    unix_socket_directories: `'${folder}'`,
    max_connections: '200',
    ...(hasTimescale
      ? { shared_preload_libraries: "'timescaledb'", 'timescaledb.telemetry_level': 'off' }
      : {}),
    ...settings,
  };
  writeFileSync(
    join(data, 'postgresql.auto.conf'),
    Object.entries(lines)
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(''),
  );
  const pgCtl = join(programs, 'pg_ctl');
  const urlOf = (database: string) => `postgres://vigie@127.0.0.1:${port}/${database}`;
  let databases = 0;
  const cluster: TestCluster = {
    port,
    data,
    async createDatabase() {
      const name = `test_${++databases}`;
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${name}`);
      } finally {
        await client.end();
      }
      return urlOf(name);
    },
    async start() {
      // Not pg_ctl start: its server would keep this process's pipes open.
      const server = spawn(join(programs, 'postgres'), ['-D', data], {
        ...options,
        stdio: 'ignore',
        detached: true,
      });
      server.unref();
      for (let tries = 0; ; tries++) {
        const client = new pg.Client({
          connectionString: urlOf('postgres'),
          connectionTimeoutMillis: 1000,
        });
        client.on('error', () => undefined);
        try {
          await client.connect();
          await client.end();
          return;
        } catch (error) {
          if (tries > 150) throw error;
          await sleep(200);
        }
      }
    },
    async stop(mode = 'fast') {
      await run(pgCtl, ['stop', '-D', data, '-m', mode, '-t', '20'], options).catch(
        () => undefined,
      );
    },
    async remove() {
      await cluster.stop('immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await cluster.start();
  return cluster;
}
