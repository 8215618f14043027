import { type Kysely, sql } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

// Tested by: test/scale/rollups.test.ts

/**
 * Rollups that the platform keeps itself. A chart of a year of hours is answered by the index alone, since its rows lie
 * a day apart in the table: hundreds of places on a cold disk. And a day is found in a table of years without reading
 * all of it: rows come in the order of their days, so a range of pages knows its first and last time.
 */
export async function rollupIndexes(
  db: Kysely<unknown>,
  { continuousAggregates }: Capabilities,
): Promise<void> {
  if (continuousAggregates) return;
  const run = (text: string) => sql.raw(text).execute(db);
  for (const table of ['samples_1m', 'samples_1h', 'samples_1d']) {
    await run(`CREATE INDEX ${table}_by_time ON ${table} USING brin (time)`);
  }
  for (const table of ['samples_1h', 'samples_1d']) {
    await run(
      `CREATE INDEX ${table}_covering ON ${table} (series, time) INCLUDE (min, max, sum, count)`,
    );
    await run(`DROP INDEX ${table}_by_series`);
    await run(`ALTER INDEX ${table}_covering RENAME TO ${table}_by_series`);
  }
}
