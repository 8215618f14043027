import { type Kysely, sql } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

// Tested by: test/scale/postgres-store.test.ts

/** Everything that only this engine keeps: samples, rollups, the journal, shards. Numbered, and never edited once released. */
export async function readings(db: Kysely<unknown>, capabilities: Capabilities): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`CREATE TABLE shards (
    shard integer PRIMARY KEY,
    generation bigint NOT NULL,
    owner text NOT NULL,
    last_journal_id bigint NOT NULL,
    next_offset bigint,
    samples bigint NOT NULL,
    taken_at timestamptz NOT NULL)`);
  await run(`CREATE TABLE journal (
    shard integer NOT NULL,
    id bigint NOT NULL,
    received_at double precision NOT NULL,
    samples bytea NOT NULL,
    PRIMARY KEY (shard, id))`);
  // Noise does not compress; trying costs more than it saves.
  await run('ALTER TABLE journal ALTER COLUMN samples SET STORAGE EXTERNAL');
  await run('CREATE SEQUENCE sensor_pks AS integer');
  await run('CREATE SEQUENCE series_ids AS integer');
  await run(`CREATE TABLE rollup_days (
    day date PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('rolling', 'done', 'dirty')),
    version bigint NOT NULL)`);
  const columns = `(
    series integer NOT NULL,
    time timestamptz NOT NULL,
    value double precision NOT NULL,
    received timestamptz NOT NULL)`;
  if (capabilities.chunks) {
    await run(`CREATE TABLE samples ${columns}`);
    await run(
      "SELECT create_hypertable('samples', by_range('time', INTERVAL '1 day'), create_default_indexes => false)",
    );
    await run('CREATE INDEX samples_by_series ON samples (series, time)');
    await run(`ALTER TABLE samples SET (timescaledb.compress,
      timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'time')`);
    await run("SELECT add_compression_policy('samples', INTERVAL '7 days')");
  } else {
    await run(`CREATE TABLE samples ${columns} PARTITION BY RANGE (time)`);
    await run('CREATE INDEX samples_by_series ON samples (series, time)');
    await run(`CREATE TABLE samples_before_2000 PARTITION OF samples
      FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00')`);
  }
  for (const [name, width] of ROLLUPS) {
    if (capabilities.continuousAggregates) {
      await run(`CREATE MATERIALIZED VIEW ${name} WITH (timescaledb.continuous, timescaledb.materialized_only = true) AS
        SELECT series, time_bucket(INTERVAL '${width}', time) AS time,
          min(value) AS min, max(value) AS max, sum(value) AS sum, count(*) AS count
        FROM samples GROUP BY 1, 2 WITH NO DATA`);
    } else {
      await run(`CREATE TABLE ${name} (
        series integer NOT NULL,
        time timestamptz NOT NULL,
        min double precision NOT NULL,
        max double precision NOT NULL,
        sum double precision NOT NULL,
        count bigint NOT NULL)`);
      await run(`CREATE INDEX ${name}_by_series ON ${name} (series, time)`);
    }
  }
}

const ROLLUPS = [
  ['samples_1m', '1 minute'],
  ['samples_1h', '1 hour'],
  ['samples_1d', '1 day'],
] as const;
