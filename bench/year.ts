// How long a chart of a year takes, of one series among many, over the rollups of plain PostgreSQL; a private server here.
//   npm run bench:year [-- --series 10000 --smoke]
// Filling takes about five minutes and 14 GB for 10,000 series. Cold is after a restart of the server, and with its
// files out of the page cache: each question then is the first look at its series.
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import pg from 'pg';
import { createLogger } from '../src/platform/logging.ts';
import { openPostgres, type PostgresStorage } from '../src/storage/postgres/open-postgres.ts';
import { createCluster, type TestCluster } from '../test/support/postgres.ts';
import { quantiles } from './platform.ts';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '10000' },
    smoke: { type: 'boolean', default: false },
  },
});
const series = values.smoke ? 50 : Number(values.series);
const DAY_MS = 86_400_000;
const QUESTIONS = 40;
const WIDTHS_HOURS = [24, 6, 1];
const todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** A value an hour, of every series, in the order in which the platform rolls days up, into the indexes it has. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const table of ['samples_1h', 'samples_1d']) {
      await client.query(`ALTER TABLE ${table} SET UNLOGGED`);
    }
    for (let ago = 365; ago >= 1; ago--) {
      const from = new Date(todayMs - ago * DAY_MS).toISOString();
      await client.query(
        `INSERT INTO samples_1h SELECT s, $1::timestamptz + h * interval '1 hour', 1, 3, 7, 3
         FROM generate_series(1, $2::integer) AS s, generate_series(0, 23) AS h`,
        [from, series],
      );
      await client.query(
        'INSERT INTO samples_1d SELECT s, $1::timestamptz, 1, 3, 70, 30 FROM generate_series(1, $2::integer) AS s',
        [from, series],
      );
      await client.query("INSERT INTO rollup_days VALUES ($1::date, 'done', 0)", [
        from.slice(0, 10),
      ]);
      if (ago % 30 === 0) console.error(`${ago} days left`);
    }
    await client.query('VACUUM ANALYZE');
    const { rows } = await client.query<{ name: string; mb: number }>(
      `SELECT relname AS name, (pg_table_size(oid) / 1e6)::integer AS mb FROM pg_class
       WHERE relname LIKE 'samples_1h%' OR relname LIKE 'samples_1d%' ORDER BY relname`,
    );
    console.error(rows.map(({ name, mb }) => `${name} ${mb} MB`).join(', '));
  } finally {
    await client.end();
  }
}

const open = (url: string): Promise<PostgresStorage> =>
  openPostgres({
    url,
    log: createLogger({ level: 'silent' }),
    now: Date.now,
    owner: 'bench',
    useExtension: false,
  });

/** Restarts the server with nothing of its tables in memory, neither its own nor the system's. */
async function chill(cluster: TestCluster): Promise<void> {
  await cluster.stop();
  const base = join(cluster.data, 'base');
  for (const file of await readdir(base, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    // Of no bytes: only the advice that the file is not needed in the page cache (GNU coreutils).
    const path = join(file.parentPath, file.name);
    await promisify(execFile)('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
  }
  await cluster.start();
}

/** A chart of each of so many series that lie far apart; `offset` chooses others than before. */
async function ask(storage: PostgresStorage, hours: number, offset: number) {
  const times: number[] = [];
  let buckets = 0;
  for (let k = 0; k < QUESTIONS; k++) {
    const begun = performance.now();
    const answer = await storage.history.buckets({
      seriesId: 1 + ((k * 211 + offset) % series),
      fromMs: todayMs - 365 * DAY_MS,
      toMs: todayMs + DAY_MS,
      intervalMs: hours * 3_600_000,
      limit: 10_000,
    });
    times.push(performance.now() - begun);
    buckets = answer.count;
  }
  return { buckets, ...quantiles(times) };
}

const cluster = await createCluster({
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  shared_preload_libraries: "''",
});
try {
  const url = await cluster.createDatabase();
  await (await open(url)).close();
  await fill(url);
  const results: Record<string, unknown>[] = [];
  for (const hours of WIDTHS_HOURS) {
    await chill(cluster);
    const storage = await open(url);
    const cold = await ask(storage, hours, 100);
    const warm = await ask(storage, hours, 100);
    await storage.close();
    results.push({ bucket_hours: hours, cold, warm });
    console.error(
      `a year in ${warm.buckets} buckets of ${hours} h: first look p50 ${cold.p50_ms} ms, max ${cold.max_ms} ms; ` +
        `again p50 ${warm.p50_ms} ms, max ${warm.max_ms} ms`,
    );
  }
  console.log(JSON.stringify({ bench: 'a year of one series', series, results }));
} finally {
  await cluster.remove();
}
