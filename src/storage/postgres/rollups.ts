import type { ClientBase } from 'pg';
import type { Capabilities } from './capabilities.ts';
import { partitionSizes, readPartitions } from './partitions.ts';
import { patientWith, type Statements } from './pool.ts';
import {
  beginRolling,
  DAY_MS,
  endRolling,
  FIRST_DAY_MS,
  isoDay,
  ROLL_AFTER_MS,
} from './rollup-days.ts';
import { type Piece, passesOf, stretchesOf } from './rollup-passes.ts';

// Tested by: test/scale/postgres-store.test.ts

const TIMEOUT_MS = 30 * 60_000;
/** How often a day is begun anew because samples came meanwhile; then the next run takes it. */
const MOST_TRIES = 3;
/** For sorting; beyond it, on disk. */
const WORK_MEMORY = '64MB';

/** From fine to coarse: each is made of the one before. */
const STEPS = [
  {
    table: 'samples_1m',
    unit: 'minute',
    from: 'samples',
    select: 'min(value), max(value), sum(value), count(*)',
  },
  {
    table: 'samples_1h',
    unit: 'hour',
    from: 'samples_1m',
    select: 'min(min), max(max), sum(sum), sum(count)',
  },
  {
    table: 'samples_1d',
    unit: 'day',
    from: 'samples_1h',
    select: 'min(min), max(max), sum(sum), sum(count)',
  },
] as const;

export interface RollOptions {
  capabilities: Capabilities;
  nowMs: number;
  signal: AbortSignal;
  /** What one pass may read, in bytes; for tests. */
  mostBytes?: number;
}

/**
 * Rolls up every day that is over and not rolled up yet, or that samples were added to since. Questions read a day's
 * samples until its rollup holds, so this changes how fast an answer is, never what it says. Each pass over some days is
 * kept before the next begins. Answers how many days.
 */
export async function rollPending(connection: ClientBase, options: RollOptions): Promise<number> {
  const { capabilities, signal } = options;
  const client = patientWith(connection, TIMEOUT_MS);
  await client.query(`SET statement_timeout = ${TIMEOUT_MS}`);
  try {
    let rolled = 0;
    for (const days of await pendingPasses(client, options)) {
      if (signal.aborted) break;
      await rollDays(client, days, capabilities);
      rolled += days.length;
    }
    if (rolled > 0 && !signal.aborted) await settle(client, capabilities);
    return rolled;
  } finally {
    await client.query('RESET statement_timeout');
  }
}

async function pendingPasses(
  client: Statements,
  { capabilities, nowMs, mostBytes }: RollOptions,
): Promise<number[][]> {
  const { rows } = await client.query<{ day: string }>(
    "SELECT day::text FROM rollup_days WHERE state = 'done'",
  );
  const done = new Set(rows.map(({ day }) => day));
  const isPending = (day: number): boolean =>
    day >= FIRST_DAY_MS && day + DAY_MS + ROLL_AFTER_MS <= nowMs && !done.has(isoDay(day));
  return passesOf(await piecesOf(client, capabilities), isPending, mostBytes);
}

/** Where there are samples at all. */
async function piecesOf(client: Statements, { chunks }: Capabilities): Promise<Piece[]> {
  if (!chunks) {
    const sizes = await partitionSizes(client);
    const partitions = await readPartitions(client);
    return partitions.map((each) => ({ ...each, bytes: sizes.get(each.name) ?? 0 }));
  }
  const { rows } = await client.query<{ from: Date; to: Date }>(
    `SELECT range_start AS from, range_end AS to FROM timescaledb_information.chunks
     WHERE hypertable_name = 'samples'`,
  );
  // A day each: nothing is saved by taking several at once.
  return rows.map(({ from, to }) => ({ fromMs: from.getTime(), toMs: to.getTime(), bytes: 0 }));
}

async function rollDays(
  client: Statements,
  days: readonly number[],
  capabilities: Capabilities,
): Promise<void> {
  let left = days;
  for (let tries = 0; tries < MOST_TRIES && left.length > 0; tries++) {
    const versions = await beginRolling(client, left);
    if (capabilities.continuousAggregates) await refresh(client, left);
    else await compute(client, left);
    const held = await endRolling(client, versions);
    left = left.filter((day) => !held.has(day));
  }
}

async function refresh(client: Statements, days: readonly number[]): Promise<void> {
  for (const { fromMs, toMs } of stretchesOf(days)) {
    for (const { table } of STEPS) {
      await client.query(
        'CALL refresh_continuous_aggregate($1, $2::timestamptz, $3::timestamptz)',
        [table, new Date(fromMs).toISOString(), new Date(toMs).toISOString()],
      );
    }
  }
}

/** In the order of the series, so that what a chart of one series reads lies together. */
async function compute(client: Statements, days: readonly number[]): Promise<void> {
  const stretches = stretchesOf(days).map(({ fromMs, toMs }) => [
    new Date(fromMs).toISOString(),
    new Date(toMs).toISOString(),
  ]);
  const range = [stretches[0]![0], stretches.at(-1)![1]];
  const isWhole = stretches.length === 1;
  const parameters = isWhole
    ? range
    : [...range, `{${stretches.map(([from, to]) => `[${from},${to})`).join(',')}}`];
  const within = `time >= $1 AND time < $2${isWhole ? '' : ' AND time <@ $3::tstzmultirange'}`;
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL work_mem = '${WORK_MEMORY}'`);
    for (const { table, unit, from, select } of STEPS) {
      await client.query(`DELETE FROM ${table} WHERE ${within}`, parameters);
      await client.query(
        `INSERT INTO ${table} (series, time, min, max, sum, count)
         SELECT series, date_trunc('${unit}', time, 'UTC') AS start, ${select}
         FROM ${from} WHERE ${within} GROUP BY series, start ORDER BY series, start`,
        parameters,
      );
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Says of the new pages that everyone sees all of them, without which the covering index still asks the table, and
 * which times they hold. The server would do it by itself once the tables have grown by a fifth: after months.
 */
async function settle(client: Statements, { continuousAggregates }: Capabilities): Promise<void> {
  if (continuousAggregates) return;
  for (const { table } of STEPS) await client.query(`VACUUM (SKIP_LOCKED) ${table}`);
}
