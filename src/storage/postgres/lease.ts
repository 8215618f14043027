import type { Pool, PoolClient } from 'pg';

// Tested by: test/scale/postgres-store.test.ts

/** Of pg_try_advisory_lock(class, job). */
const LOCK_CLASS = 0x7669_676a;

/** Work of which one process in the fleet does one at a time. Numbers, because locks have no names; never used again. */
const JOBS = { retention: 1, rollups: 2, repeats: 3, publishing: 4, broker: 5 } as const;
export type Job = keyof typeof JOBS;

/**
 * Runs the work where no other process is at it, and answers whether it did. The lease is the session's: it ends
 * with the connection, however that ends.
 */
export async function withLease(
  pool: Pool,
  job: Job,
  work: (client: PoolClient) => Promise<void>,
): Promise<boolean> {
  const client = await pool.connect();
  let fault: Error | undefined;
  try {
    const { rows } = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS held',
      [LOCK_CLASS, JOBS[job]],
    );
    if (!rows[0]?.held) return false;
    try {
      await work(client);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1, $2)', [LOCK_CLASS, JOBS[job]]);
    }
    return true;
  } catch (error) {
    fault = error as Error;
    throw error;
  } finally {
    // A connection that failed may still hold the lease: it is closed, not kept.
    client.release(fault);
  }
}
