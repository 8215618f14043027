// Every statement on the history file, in one place. The file is attached as `history`, so that it can be
// given its own row group size; `temp` tables belong to one connection.
// Tested by: test/contract/history-store.test.ts
//
// A sample lies in one of three tables and moves from the first to the last:
// `recent`   as it came, in small portions;
// `runs`     sorted runs of one or two million: ordered by series, then time;
// `samples`  the same in long runs, merged when the platform has little to do.
// In a sorted run the smallest and largest series of a row group (its zone map) rule nearly all row groups out
// for a question about one series; the longer the runs, the fewer there are to look into.

/** Smaller than usual: a run without many samples of the asked series costs a scan of one or two row groups. */
export const ROW_GROUP_ROWS = 61_440;

export const attachHistory = (path: string): string =>
  `ATTACH '${path.replaceAll("'", "''")}' AS history (ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`;

const SAMPLE_COLUMNS = 'series INTEGER, time TIMESTAMP, value DOUBLE, received TIMESTAMP';

/** Raised when the tables change in a way that older code cannot read. */
export const LAYOUT = 1;

export const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS history.samples (${SAMPLE_COLUMNS});
  CREATE TABLE IF NOT EXISTS history.runs (${SAMPLE_COLUMNS});
  CREATE TABLE IF NOT EXISTS history.recent (${SAMPLE_COLUMNS});
  CREATE TABLE IF NOT EXISTS history.meta (layout INTEGER, last_journal_id BIGINT);
  INSERT INTO history.meta SELECT ${LAYOUT}, 0 WHERE NOT EXISTS (FROM history.meta)`;

export const READ_META = 'SELECT layout, last_journal_id FROM history.meta';

/** In the transaction that brings the rows in: this makes the loading exactly once. */
export const SET_LAST_JOURNAL_ID = 'UPDATE history.meta SET last_journal_id = $1';

export const COUNT_UNMERGED =
  'SELECT (SELECT count(*) FROM history.recent), (SELECT count(*) FROM history.runs)';

export const CREATE_REPLACED =
  'CREATE OR REPLACE TEMP TABLE replaced (series INTEGER, time TIMESTAMP)';

export const TABLES = ['samples', 'runs', 'recent'] as const;

/** From $5 up to $6: a stretch of the table. The key limits repeat what the keys say, for the zone maps. */
const deleteReplaced = (table: string): string => `
  DELETE FROM history.${table} AS stored USING replaced
  WHERE stored.series = replaced.series AND stored.time = replaced.time
    AND stored.series BETWEEN $1 AND $2 AND stored.time BETWEEN $3 AND $4
    AND stored.rowid >= $5 AND stored.rowid < $6`;

export const DELETE_REPLACED = TABLES.map((table) => ({ table, sql: deleteReplaced(table) }));

export const DELETE_BEFORE = TABLES.map((table) => ({
  table,
  sql: `DELETE FROM history.${table} WHERE time < $1 AND rowid >= $2 AND rowid < $3`,
}));

/** Where a table's rows end. */
export const selectEnd = (table: string): string =>
  `SELECT coalesce(max(rowid), -1) + 1 FROM history.${table}`;

export const CHECKPOINT = 'CHECKPOINT history';

/** One transaction. A new table instead of DELETE: nothing is left behind to be vacuumed. */
export const SORT_RECENT = [
  'INSERT INTO history.runs SELECT series, time, value, received FROM history.recent ORDER BY series, time',
  'DROP TABLE history.recent',
  `CREATE TABLE history.recent (${SAMPLE_COLUMNS})`,
] as const;

/** The time before which about a share (0–1) of `runs` lies. */
export const timeOfShare = (share: number): string =>
  `SELECT approx_quantile(time, ${share}::FLOAT) FROM history.runs`;

/** Cuts the series of `runs` before a time $1 into slices of about $2 samples: the last series of each. */
export const SLICE_RUNS = `
  SELECT max(series) AS last FROM (
    SELECT series, sum(count(*)) OVER (ORDER BY series) // $2::BIGINT AS slice
    FROM history.runs WHERE time < $1 GROUP BY series)
  GROUP BY slice ORDER BY last`;

/** One transaction: a slice moves. */
export const MERGE_SLICE = [
  `INSERT INTO history.samples SELECT series, time, value, received FROM history.runs
   WHERE series > $1 AND series <= $2 AND time < $3 ORDER BY series, time`,
  'DELETE FROM history.runs WHERE series > $1 AND series <= $2 AND time < $3',
] as const;

/** Drops what the buffers keep for later questions. One call, so that hardly anything runs in between. */
export const squeezeMemory = (limitMb: number): string =>
  `SET memory_limit = '16MB'; SET memory_limit = '${limitMb}MB'`;

const ALL = '(FROM history.samples UNION ALL FROM history.runs UNION ALL FROM history.recent)';
const IN_RANGE = 'series = $1 AND time >= $2 AND time < $3';

const direction = (descending = false): string => (descending ? 'DESC' : 'ASC');

export const selectSamples = (descending?: boolean): string => `
  SELECT time, value FROM ${ALL} WHERE ${IN_RANGE} ORDER BY time ${direction(descending)} LIMIT $4`;

/** $5: the interval in microseconds. The origin is named because the default one is a Monday of 2000. */
export const selectBuckets = (descending?: boolean): string => `
  SELECT time_bucket(to_microseconds($5::BIGINT), time, make_timestamp(0)) AS start,
    min(value), avg(value), max(value), count(*)
  FROM ${ALL} WHERE ${IN_RANGE}
  GROUP BY start ORDER BY start ${direction(descending)} LIMIT $4`;

/** $4: the interval, $5: later than this is late, both in microseconds. */
export const SELECT_LATE = `
  SELECT min(time) AS first, max(time), count(*), max(epoch_us(received) - epoch_us(time))
  FROM ${ALL} WHERE ${IN_RANGE} AND epoch_us(received) - epoch_us(time) > $5::BIGINT
  GROUP BY time_bucket(to_microseconds($4::BIGINT), time, make_timestamp(0)) ORDER BY first`;

export const SELECT_BOUNDS = `
  SELECT count(*), coalesce(min(time), make_timestamp(0)), coalesce(max(time), make_timestamp(0))
  FROM ${ALL} WHERE ${IN_RANGE}`;

export const CREATE_ASKED =
  'CREATE OR REPLACE TEMP TABLE asked (position INTEGER, series INTEGER, time TIMESTAMP)';

export const SELECT_STORED = `
  SELECT position, value FROM ${ALL} AS stored JOIN asked USING (series, time)
  WHERE stored.series BETWEEN $1 AND $2 AND stored.time BETWEEN $3 AND $4`;

export const COUNT_ALL = `
  SELECT (SELECT count(*) FROM history.samples) + (SELECT count(*) FROM history.runs)
    + (SELECT count(*) FROM history.recent)`;

// Backups and moves: each table in stretches, its rows in their order.

export const selectStretch = ({ table, from, to }: { table: string; from: number; to: number }) =>
  `SELECT series, time, value, received FROM history.${table} WHERE rowid >= ${from} AND rowid < ${to}`;

export const copyStretch = (
  stretch: { table: string; from: number; to: number },
  path: string,
): string => `
  COPY (${selectStretch(stretch)})
  TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`;

export const insertStretch = (table: string, path: string): string => `
  INSERT INTO history.${table}
  SELECT series, time, value, received FROM read_parquet('${path.replaceAll("'", "''")}')`;

// Exports: `wanted` gives each series its place in the file.

export const CREATE_WANTED = `
  CREATE OR REPLACE TEMP TABLE wanted
    (place INTEGER, series INTEGER, sensor_id VARCHAR, metric VARCHAR, unit VARCHAR)`;

const WANTED = `
  FROM ${ALL} AS stored JOIN wanted USING (series)
  WHERE place BETWEEN $1 AND $2 AND time >= $3 AND time < $4`;

export const COUNT_BY_PLACE = `
  SELECT place, count(*), min(time), max(time) ${WANTED} GROUP BY place ORDER BY place`;

export const SELECT_WANTED = `
  SELECT place, time, value, received ${WANTED} ORDER BY place, time`;

/** The rows in the file's order, on their way into a file that is written in one statement. */
export const CREATE_ORDERED = `
  CREATE OR REPLACE TEMP TABLE ordered
    (place INTEGER, time TIMESTAMP, value DOUBLE, received TIMESTAMP)`;

export const INSERT_ORDERED = `INSERT INTO ordered ${SELECT_WANTED}`;

/** A timestamp with time zone, so that a reader of the file knows it to be UTC. */
const utc = (column: string): string => `make_timestamptz(epoch_us(${column}))`;

export const setThreads = (threads: number): string => `SET threads = ${threads}`;

/** With one thread: several hold back whole row groups to keep the order, more than the memory limit allows. */
export const copyOrdered = (path: string): string => `
  COPY (
    SELECT sensor_id, metric, unit, ${utc('time')} AS timestamp, value, ${utc('received')} AS received_at
    FROM ordered JOIN wanted USING (place)
  ) TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`;
