import type { ClientBase } from 'pg';
import type { Capabilities } from '../capabilities.ts';
import { readPartitions } from '../partitions.ts';
import { patientWith, type Statements } from '../pool.ts';

// Tested by: test/scale/postgres-store.test.ts

/** Not within the statement limit of ordinary questions. */
const TIMEOUT_MS = 10 * 60_000;
const LOCK_TIMEOUT = '10s';

const timeOf = (ms: number): string => new Date(ms).toISOString();

/**
 * Removes samples and rollups from before a time: whole pieces at once where all of one is older, row by row in the
 * piece that the time lies in. Answers how many samples it were.
 */
export async function deleteBefore(
  connection: ClientBase,
  { beforeMs, capabilities }: { beforeMs: number; capabilities: Capabilities },
): Promise<number> {
  const client = patientWith(connection, TIMEOUT_MS);
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
    await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    const before = timeOf(beforeMs);
    const { rows } = await client.query<{ count: number }>(
      'SELECT count(*) AS count FROM samples WHERE time < $1',
      [before],
    );
    const removed = rows[0]?.count ?? 0;
    if (removed > 0) {
      if (capabilities.chunks) {
        await client.query("SELECT drop_chunks('samples', older_than => $1::timestamptz)", [
          before,
        ]);
      } else {
        await dropPartitions(client, beforeMs);
      }
      await client.query('DELETE FROM samples WHERE time < $1', [before]);
      await client.query(
        'UPDATE shards SET samples = samples - $1 WHERE shard = (SELECT min(shard) FROM shards)',
        [removed],
      );
    }
    if (capabilities.continuousAggregates) await dropRollups(client, before);
    else await deleteRollups(client, before);
    await client.query('DELETE FROM rollup_days WHERE day < $1::timestamptz::date', [before]);
    // Of the day that is cut, the rollups hold more than there is now.
    await client.query(
      "UPDATE rollup_days SET state = 'dirty', version = version + 1 WHERE day = $1::timestamptz::date",
      [before],
    );
    await client.query('COMMIT');
    return removed;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function dropPartitions(client: Statements, beforeMs: number): Promise<void> {
  for (const { name, toMs } of await readPartitions(client)) {
    if (toMs <= beforeMs) await client.query(`DROP TABLE ${name}`);
  }
}

const ROLLUPS = ['samples_1m', 'samples_1h', 'samples_1d'] as const;

/** Whole chunks of some days: what is older than the time in the last one is asked no more, and goes with it. */
async function dropRollups(client: Statements, before: string): Promise<void> {
  for (const view of ROLLUPS) {
    await client.query(`SELECT drop_chunks('${view}', older_than => $1::timestamptz)`, [before]);
  }
}

async function deleteRollups(client: Statements, before: string): Promise<void> {
  for (const table of ROLLUPS) {
    await client.query(`DELETE FROM ${table} WHERE time < $1`, [before]);
  }
}
