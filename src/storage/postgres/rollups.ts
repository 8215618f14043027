import type { ClientBase } from 'pg';
import type { Capabilities } from './capabilities.ts';
import { readPartitions } from './partitions.ts';
import { patientWith, type Statements } from './pool.ts';
import {
  beginRolling,
  DAY_MS,
  endRolling,
  FIRST_DAY_MS,
  isoDay,
  ROLL_AFTER_MS,
} from './rollup-days.ts';

// Tested by: test/scale/postgres-store.test.ts

const TIMEOUT_MS = 30 * 60_000;
/** How often a day is begun anew because samples came meanwhile; then the next run takes it. */
const MOST_TRIES = 3;

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
}

/**
 * Rolls up every day that is over and not rolled up yet, or that samples were added to since. Questions read a day's
 * samples until its rollup holds, so this changes how fast an answer is, never what it says. Answers how many days.
 */
export async function rollPending(connection: ClientBase, options: RollOptions): Promise<number> {
  const { capabilities, nowMs, signal } = options;
  const client = patientWith(connection, TIMEOUT_MS);
  await client.query(`SET statement_timeout = ${TIMEOUT_MS}`);
  try {
    let rolled = 0;
    for (const day of await pendingDays(client, { capabilities, nowMs })) {
      if (signal.aborted) break;
      await rollDay(client, day, capabilities);
      rolled++;
    }
    if (rolled > 0 && !signal.aborted) await settle(client, capabilities);
    return rolled;
  } finally {
    await client.query('RESET statement_timeout');
  }
}

/** Starts of days, oldest first. */
async function pendingDays(
  client: Statements,
  { capabilities, nowMs }: Pick<RollOptions, 'capabilities' | 'nowMs'>,
): Promise<number[]> {
  const { rows } = await client.query<{ day: string }>(
    "SELECT day::text FROM rollup_days WHERE state = 'done'",
  );
  const done = new Set(rows.map(({ day }) => day));
  const days: number[] = [];
  for (const { fromMs, toMs } of await stretches(client, capabilities)) {
    for (let day = Math.max(fromMs, FIRST_DAY_MS); day < toMs; day += DAY_MS) {
      if (day + DAY_MS + ROLL_AFTER_MS <= nowMs && !done.has(isoDay(day))) days.push(day);
    }
  }
  return days.sort((a, b) => a - b);
}

/** Where there are samples at all; bounds are days. */
async function stretches(
  client: Statements,
  { chunks }: Capabilities,
): Promise<{ fromMs: number; toMs: number }[]> {
  if (!chunks) return readPartitions(client);
  const { rows } = await client.query<{ from: Date; to: Date }>(
    `SELECT range_start AS from, range_end AS to FROM timescaledb_information.chunks
     WHERE hypertable_name = 'samples'`,
  );
  return rows.map(({ from, to }) => ({ fromMs: from.getTime(), toMs: to.getTime() }));
}

async function rollDay(client: Statements, day: number, capabilities: Capabilities): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const version = await beginRolling(client, day);
    if (capabilities.continuousAggregates) await refresh(client, day);
    else await compute(client, day);
    if (await endRolling(client, day, version)) return;
  }
}

async function refresh(client: Statements, day: number): Promise<void> {
  for (const { table } of STEPS) {
    await client.query('CALL refresh_continuous_aggregate($1, $2::timestamptz, $3::timestamptz)', [
      table,
      new Date(day).toISOString(),
      new Date(day + DAY_MS).toISOString(),
    ]);
  }
}

/** In the order of the series, so that what a chart of one series reads lies together. */
async function compute(client: Statements, day: number): Promise<void> {
  const range = [new Date(day).toISOString(), new Date(day + DAY_MS).toISOString()];
  await client.query('BEGIN');
  try {
    for (const { table, unit, from, select } of STEPS) {
      await client.query(`DELETE FROM ${table} WHERE time >= $1 AND time < $2`, range);
      await client.query(
        `INSERT INTO ${table} (series, time, min, max, sum, count)
         SELECT series, date_trunc('${unit}', time, 'UTC') AS start, ${select}
         FROM ${from} WHERE time >= $1 AND time < $2 GROUP BY series, start ORDER BY series, start`,
        range,
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
