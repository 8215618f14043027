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

/**
 * Waits for those who are just adding to the days (starts, ascending), and answers for each the version that a rolling
 * from now on stands for.
 */
export async function beginRolling(
  client: Statements,
  days: readonly number[],
): Promise<Map<number, number>> {
  await client.query(
    `INSERT INTO rollup_days (day, state, version) SELECT day, 'rolling', 0 FROM unnest($1::date[]) AS days (day)
     ON CONFLICT (day) DO NOTHING`,
    [days.map(isoDay)],
  );
  await client.query('BEGIN');
  try {
    // In the order in which those who add take theirs: no two wait for each other.
    await client.query(
      'SELECT pg_advisory_xact_lock($1, day) FROM unnest($2::integer[]) AS days (day)',
      [LOCK_CLASS, days.map(dayNumber)],
    );
    const { rows } = await client.query<{ day: string; version: number }>(
      'SELECT day::text, version FROM rollup_days WHERE day = ANY ($1::date[])',
      [days.map(isoDay)],
    );
    await client.query('COMMIT');
    return new Map(rows.map(({ day, version }) => [Date.parse(day), version]));
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Answers the days whose rollups hold now; samples were added to the others meanwhile: they have to be done again. */
export async function endRolling(
  client: Statements,
  versions: ReadonlyMap<number, number>,
): Promise<Set<number>> {
  const { rows } = await client.query<{ day: string }>(
    `UPDATE rollup_days SET state = 'done'
     FROM unnest($1::date[], $2::bigint[]) AS rolled (day, version)
     WHERE rollup_days.day = rolled.day AND rollup_days.version = rolled.version
     RETURNING rollup_days.day::text`,
    [[...versions.keys()].map(isoDay), [...versions.values()]],
  );
  return new Set(rows.map(({ day }) => Date.parse(day)));
}
