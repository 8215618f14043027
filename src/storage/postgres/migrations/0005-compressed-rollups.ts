import { type Kysely, sql } from 'kysely';
import type { Capabilities } from '../capabilities.ts';

// Tested by: test/scale/timescale.test.ts

/**
 * Rollups that the extension keeps are compressed as samples are, series by series: at a sample a minute they are most of
 * the disk. A chunk of theirs is ten days wide and compressed once all of it is a week old, so the days that are rolled up
 * in their turn never lie in one; late samples are rolled up into it all the same, and the next run of the policy
 * compresses what they left open.
 */
export async function compressedRollups(
  db: Kysely<unknown>,
  { continuousAggregates, compression }: Capabilities,
): Promise<void> {
  if (!continuousAggregates || !compression) return;
  const run = (text: string) => sql.raw(text).execute(db);
  for (const view of ['samples_1m', 'samples_1h', 'samples_1d']) {
    await run(`ALTER MATERIALIZED VIEW ${view} SET (timescaledb.compress,
      timescaledb.compress_segmentby = 'series', timescaledb.compress_orderby = 'time')`);
    await run(`SELECT add_compression_policy('${view}', INTERVAL '7 days')`);
  }
}
