import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';

// Tested by: test/e2e/backup.test.ts

/** All pages in one step: the copy is of one moment, and a writer that goes on does not make it start anew. */
const ALL_PAGES = 0x7fff_ffff;

/**
 * Copies the state at `path`, which others may be writing to, to a compressed file. They are not held up: the copy
 * reads as one more reader, in a thread of the pool. Answers the name of the newest migration in it.
 */
export async function copyState(path: string, target: string): Promise<string> {
  const plain = `${target}.plain`;
  try {
    const schema = await withDatabase(path, async (db) => {
      db.exec('PRAGMA query_only = ON');
      await backup(db, plain, { rate: ALL_PAGES });
      return String(db.prepare('SELECT max(name) AS name FROM kysely_migration').get()?.name);
    });
    await pipeline(createReadStream(plain), createZstdCompress(), createWriteStream(target));
    return schema;
  } finally {
    await rm(plain, { force: true });
  }
}

export async function unpackState(compressed: string, target: string): Promise<void> {
  const file = createWriteStream(target, { mode: 0o600, flush: true });
  await pipeline(createReadStream(compressed), createZstdDecompress(), file);
}

/** The newest journal id that a state has given out; 0 where there is none. */
export function lastJournalIdOf(path: string): Promise<number> {
  return withDatabase(path, async (db) => {
    const row = db
      .prepare(
        `SELECT max(coalesce((SELECT max(id) FROM journal), 0),
          coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'trimmed'), 0)) AS id`,
      )
      .get();
    return Number(row?.id);
  });
}

/** Not opened for reading alone: such a connection leaves the files beside the database behind. */
async function withDatabase<T>(path: string, work: (db: DatabaseSync) => Promise<T>): Promise<T> {
  const db = new DatabaseSync(path, { timeout: 5000 });
  try {
    return await work(db);
  } finally {
    db.close();
  }
}
