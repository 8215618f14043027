// How long a chart of a year takes, of one series among many, over the rollups of plain PostgreSQL; a private server here.
//   npm run bench:year [-- --series 10000 --smoke]
// Filling takes about two minutes and 10 GB for 10,000 series.
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createLogger } from '../src/platform/logging.ts';
import { openPostgres } from '../src/storage/postgres/open-postgres.ts';
import { createCluster } from '../test/support/postgres.ts';
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
const todayMs = Math.floor(Date.now() / DAY_MS) * DAY_MS;

/** A value an hour, of every series, in the order in which the platform rolls days up. */
async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('DROP INDEX samples_1h_by_series');
    await client.query('ALTER TABLE samples_1h SET UNLOGGED');
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
    await client.query("SET maintenance_work_mem = '1GB'");
    await client.query('CREATE INDEX samples_1h_by_series ON samples_1h (series, time)');
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

const cluster = await createCluster({
  shared_buffers: '2GB',
  max_wal_size: '8GB',
  shared_preload_libraries: "''",
});
try {
  const url = await cluster.createDatabase();
  const storage = await openPostgres({
    url,
    log: createLogger({ level: 'silent' }),
    now: Date.now,
    owner: 'bench',
    useExtension: false,
  });
  await fill(url);
  const results: Record<string, unknown>[] = [];
  for (const hours of [24, 6, 1]) {
    const times: number[] = [];
    let buckets = 0;
    for (let k = 0; k < QUESTIONS; k++) {
      const begun = performance.now();
      const answer = await storage.history.buckets({
        seriesId: 1 + ((k * 211 + 100) % series),
        fromMs: todayMs - 365 * DAY_MS,
        toMs: todayMs + DAY_MS,
        intervalMs: hours * 3_600_000,
        limit: 10_000,
      });
      times.push(performance.now() - begun);
      buckets = answer.count;
    }
    const row = { bucket_hours: hours, buckets, ...quantiles(times) };
    results.push(row);
    console.error(
      `a year in ${buckets} buckets of ${hours} h: p50 ${row.p50_ms} ms, max ${row.max_ms} ms`,
    );
  }
  await storage.close();
  console.log(JSON.stringify({ bench: 'a year of one series', series, results }));
} finally {
  await cluster.remove();
}
