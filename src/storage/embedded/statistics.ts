import type { DatabaseSync } from 'node:sqlite';

// Tested by: statistics.test.ts

/** What is counted for less than this says nothing of what the table will hold tomorrow. */
const WORTH_KEEPING_ROWS = 10_000;
/** Entries of an index that are looked at: some milliseconds each, however large the table. */
const ENTRIES_LOOKED_AT = 1000;
/** All tables (0x10000), those that changed tenfold or were never counted (0x02). */
const EVERY_TABLE_THAT_CHANGED = 0x10002;

/**
 * Brings the planner's statistics up to date, in bounded time. Of small tables none are kept: counted while it held one row,
 * a table that has a hundred thousand since is read from end to end, for each row of a join. Of a table without
 * statistics SQLite assumes that it is large, and searches its indexes.
 */
export function refreshStatistics(db: DatabaseSync): void {
  db.exec(`PRAGMA analysis_limit = ${ENTRIES_LOOKED_AT}`);
  db.exec(`PRAGMA optimize = ${EVERY_TABLE_THAT_CHANGED}`);
  const isCounted = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").get();
  if (isCounted === undefined) return;
  // `stat` begins with the number of rows.
  const { changes } = db
    .prepare('DELETE FROM sqlite_stat1 WHERE CAST(stat AS INTEGER) < ?')
    .run(WORTH_KEEPING_ROWS);
  // Reads them anew; statements that are prepared already are planned again.
  if (changes > 0) db.exec('ANALYZE sqlite_schema');
}
