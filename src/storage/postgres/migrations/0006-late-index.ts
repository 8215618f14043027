import { type Kysely, sql } from 'kysely';

// Tested by: test/scale/postgres-store.test.ts

/**
 * Samples that came more than ten minutes after their time: a chart asks for those of a year, and they are few. The index
 * holds nothing else, so a fresh sample costs a comparison and no space; an imported history is all in it.
 */
export async function lateIndex(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `CREATE INDEX samples_late ON samples (series, time) INCLUDE (received)
       WHERE received - time > interval '10 minutes'`,
    )
    .execute(db);
}
