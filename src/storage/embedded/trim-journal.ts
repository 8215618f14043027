import type { DatabaseSync } from 'node:sqlite';

/** Removing large rows takes as long as writing them; more than this at once would hold up commits. */
const STEP_BYTES = 64 * 1024 * 1024;
const STEP_ROWS = 500;

/**
 * Answers a function that forgets the oldest journal rows up to and including an id, one step in a transaction of its
 * own; it says whether all of them are gone. The newest id that was ever forgotten is remembered in the same transaction.
 */
export function createTrim(db: DatabaseSync): (throughId: number) => boolean {
  const oldest = db.prepare(
    'SELECT id, length(samples) AS bytes FROM journal WHERE id <= ? ORDER BY id LIMIT ?',
  );
  const remove = db.prepare('DELETE FROM journal WHERE id <= ?');
  const remember = db.prepare(
    `INSERT INTO meta (key, value) VALUES ('trimmed', ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value
     WHERE CAST(excluded.value AS INTEGER) > CAST(meta.value AS INTEGER)`,
  );

  /** The id to stop at: the one asked for, where the rest fits into one step. */
  function endOfStep(throughId: number): number {
    let rows = 0;
    let bytes = 0;
    for (const row of oldest.iterate(throughId, STEP_ROWS)) {
      rows++;
      bytes += Number(row.bytes);
      if (rows === STEP_ROWS || bytes >= STEP_BYTES) return Number(row.id);
    }
    return throughId;
  }

  return (throughId) => {
    const end = endOfStep(throughId);
    db.exec('BEGIN IMMEDIATE');
    try {
      remove.run(end);
      remember.run(String(end));
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
    return end === throughId;
  };
}
