import type { Statements } from './pool.ts';

// Tested by: test/scale/postgres-store.test.ts

export const DAY_MS = 86_400_000;
/** What is older is never rolled up. */
export const FIRST_DAY_MS = Date.UTC(2000, 0, 1);
/** A day is rolled up once it has been over for so long … */
export const ROLL_AFTER_MS = 3_600_000;
/** … and whoever adds to a day that has been over for so long says so: clocks may differ by half an hour. */
const SAY_AFTER_MS = 1_800_000;
/** Of pg_advisory_xact_lock(class, day). */
const LOCK_CLASS = 0x7669_6764;

export const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const dayNumber = (ms: number): number => Math.round(ms / DAY_MS);

/**
 * In the transaction of samples that are added to days long over: their rollups no longer hold. The shared lock
 * keeps a rolling that begins at this moment waiting until the samples are there to be seen.
 */
export async function markDirty(
  client: Statements,
  days: Iterable<number>,
  nowMs: number,
): Promise<void> {
  const old = [...days].filter(
    (day) => day >= FIRST_DAY_MS && day + DAY_MS + SAY_AFTER_MS <= nowMs,
  );
  if (old.length === 0) return;
  old.sort((a, b) => a - b);
  await client.query(
    'SELECT pg_advisory_xact_lock_shared($1, day) FROM unnest($2::integer[]) AS days (day)',
    [LOCK_CLASS, old.map(dayNumber)],
  );
  await client.query(
    "UPDATE rollup_days SET state = 'dirty', version = version + 1 WHERE day = ANY ($1::date[])",
    [old.map(isoDay)],
  );
}

/** Waits for those who are just adding to the day, and answers the version that a rolling from now on stands for. */
export async function beginRolling(client: Statements, day: number): Promise<number> {
  await client.query(
    "INSERT INTO rollup_days (day, state, version) VALUES ($1, 'rolling', 0) ON CONFLICT (day) DO NOTHING",
    [isoDay(day)],
  );
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCK_CLASS, dayNumber(day)]);
    const { rows } = await client.query<{ version: number }>(
      'SELECT version FROM rollup_days WHERE day = $1',
      [isoDay(day)],
    );
    await client.query('COMMIT');
    return rows[0]?.version ?? 0;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** False where samples were added while the day was being rolled up: it has to be done again. */
export async function endRolling(
  client: Statements,
  day: number,
  version: number,
): Promise<boolean> {
  const { rowCount } = await client.query(
    "UPDATE rollup_days SET state = 'done' WHERE day = $1 AND version = $2",
    [isoDay(day), version],
  );
  return rowCount === 1;
}
