import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeJournal } from '#storage/journal.ts';
import type { SampleColumns } from '#storage/sample-columns.ts';

export interface JournalFile {
  /** Of the newest row, 0 where there is none. */
  readonly lastId: number;
  /** Answers the journal id once the samples are committed. */
  commit(columns: SampleColumns, receivedMs: number): number;
  /** Writes a row as it is, damaged or not. */
  commitBytes(bytes: Uint8Array, receivedMs: number): number;
  trim(throughId: number): void;
  run(sql: string): void;
  close(): void;
}

/** The journal table of `<dataDir>/vigie.db`, written as the commit store writes it, without its other tables. */
export function createJournalFile(dataDir: string): JournalFile {
  const database = new DatabaseSync(join(dataDir, 'vigie.db'), { timeout: 5000 });
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(
    'CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY, received_at REAL NOT NULL, samples BLOB NOT NULL)',
  );
  const insert = database.prepare(
    'INSERT INTO journal (id, received_at, samples) VALUES (?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM journal WHERE id <= ?');
  let lastId = Number(database.prepare('SELECT max(id) AS id FROM journal').get()?.id ?? 0);
  const commitBytes = (bytes: Uint8Array, receivedMs: number): number => {
    insert.run(++lastId, receivedMs, bytes);
    return lastId;
  };
  return {
    get lastId() {
      return lastId;
    },
    commit: (columns, receivedMs) => commitBytes(encodeJournal(columns), receivedMs),
    commitBytes,
    trim: (throughId) => void remove.run(throughId),
    run: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}
