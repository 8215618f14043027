import { type MovedTable, moveRecords, moveSecrets, moveSequences } from './move-records.ts';
import { compareSamples, moveSamples, type Steps } from './move-samples.ts';
import { openSource } from './source.ts';
import { inTransaction, openTarget } from './target.ts';

// Tested by: test/scale/move-house.test.ts

/** Beyond every number of a row. */
const AFTER_ALL = 2 ** 31;

export interface MoveOptions {
  /** Of an embedded platform, which must be stopped. */
  dataDir: string;
  /** `postgres://…`: a database that is empty, or holds the beginning of this move. */
  url: string;
  signal?: AbortSignal;
  onProgress?(step: 'readings' | 'compare' | 'records', done: number, total: number): void;
}

/**
 * Copies a stopped platform into a database: first the readings, in portions, each with its position; then, in one
 * transaction, everything else. Every table is read back and compared with its source. Broken off at any time it goes on
 * where it was; until its end the target holds no key, so nothing that is half there can be taken for a platform.
 * Answers what was moved. Throws `MoveError`, or `VigieError` where one of the two cannot be opened.
 */
export async function moveHouse(options: MoveOptions): Promise<MovedTable[]> {
  const { dataDir, url, signal, onProgress } = options;
  const stepsOf = (step: 'readings' | 'compare' | 'records'): Steps => ({
    signal,
    onProgress: (done, total) => onProgress?.(step, done, total),
  });
  const source = await openSource(dataDir);
  try {
    const target = await openTarget(url, source.fingerprint);
    try {
      const { client } = target;
      await moveSequences(source, client);
      const sums = await moveSamples(source, target, stepsOf('readings'));
      await compareSamples(target, sums, stepsOf('compare'));
      const tables = await inTransaction(client, async () => {
        const moved = await moveRecords(source, client, stepsOf('records'));
        await moveSecrets(source, client);
        await client.query(
          `INSERT INTO shards (shard, generation, owner, last_journal_id, samples, taken_at)
           VALUES (0, 0, 'migrate', $1, $2, now())`,
          [source.lastJournalId, sums.rows],
        );
        // What was there before is told to nobody.
        await client.query('UPDATE published SET txid = pg_current_xact_id(), seq = $1', [
          AFTER_ALL,
        ]);
        await client.query('UPDATE move_record SET finished_at = now()');
        return moved;
      });
      return [{ table: 'samples', rows: sums.rows }, ...tables];
    } finally {
      await target.close();
    }
  } finally {
    source.close();
  }
}
