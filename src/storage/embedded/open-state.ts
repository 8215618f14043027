import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { VigieError } from '#domain/errors.ts';
import type { CommitStore, CommitUnit, JournalEntry } from '../commit-store.ts';
import { decodeJournal, encodeJournal } from '../journal.ts';
import { migrate } from '../state/migrate.ts';
import type { Database } from '../state/schema.ts';
import type { StateStore } from '../state/state-store.ts';
import { BlobPool } from './blob-pool.ts';
import { lockFolder } from './lock.ts';
import { makeFolder } from './make-folder.ts';
import { StateClient, type StateClientOptions } from './state-client.ts';
import type { JournalRow, WireUnit } from './state-protocol.ts';
import { workerDialect } from './worker-dialect.ts';

// Tested by: test/contract/commit-store.test.ts

export interface EmbeddedState {
  state: StateStore;
  commits: CommitStore;
  /** Until the returned function is called, the journal forgets nothing. */
  holdJournal(): () => void;
  close(): Promise<void>;
}

/**
 * Opens (or makes) `<dataDir>/vigie.db` and brings it to the present schema.
 * Throws `storage_unavailable` where the folder is locked by another process, not writable, or damaged.
 */
export async function openEmbeddedState(
  dataDir: string,
  options: StateClientOptions = {},
): Promise<EmbeddedState> {
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw new VigieError(
      'storage_unavailable',
      `The data folder ${dataDir} cannot be made: ${text(error)}`,
    );
  }
  const unlock = lockFolder(dataDir);
  const path = join(dataDir, 'vigie.db');
  const client = new StateClient(path, options);
  try {
    refuseForeignFile(path);
    client.start();
    const db = new Kysely<Database>({ dialect: workerDialect(client) });
    await migrate(db, 'integer');
    const holds = new Set<symbol>();
    const state: StateStore = { db, transaction: (work) => db.transaction().execute(work) };
    return {
      state,
      commits: createCommitStore(client, () => holds.size > 0),
      holdJournal() {
        const hold = Symbol('hold');
        holds.add(hold);
        return () => holds.delete(hold);
      },
      async close() {
        await client.close().finally(unlock);
      },
    };
  } catch (error) {
    await client.close().catch(() => undefined);
    unlock();
    throw new VigieError(
      'storage_unavailable',
      `The database ${path} cannot be opened: ${text(error)}. Restore it from a backup, or move the whole folder away to start anew.`,
      { cause: error },
    );
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A file that is no database at all must never be written over. */
function refuseForeignFile(path: string): void {
  const header = Buffer.alloc(16);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    length = readSync(file, header, 0, 16, 0);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (length > 0 && header.toString('latin1') !== 'SQLite format 3\0') {
    throw new Error('the file is damaged or is not a database');
  }
}

function createCommitStore(client: StateClient, isHeld: () => boolean): CommitStore {
  const blobs = new BlobPool();
  return {
    async commit(unit, epoch) {
      const wire = toWire(unit, blobs);
      const transfer = wire.blob ? [wire.blob.buffer] : [];
      const used = await client.request<ArrayBuffer | undefined>(
        { kind: 'commit', unit: wire, epoch },
        transfer,
      );
      if (used) blobs.give(used);
    },
    async *journalAfter(id) {
      let after = id;
      for (;;) {
        const rows = await client.request<JournalRow[]>({ kind: 'journal', afterId: after });
        for (const row of rows) yield toEntry(row);
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.id;
      }
    },
    lastJournalId: () => client.request<number>({ kind: 'lastJournalId' }),
    async trimJournal(throughId) {
      // Commits that came in between take their turn between two steps. What is left over goes the next time.
      while (!isHeld() && !(await client.request<boolean>({ kind: 'trim', throughId })));
    },
    probe: () => client.request<void>({ kind: 'probe' }),
  };
}

function toWire(
  { samples, journalId, receivedMs, nextOffset: _nextOffset, ...lists }: CommitUnit,
  blobs: BlobPool,
): WireUnit {
  const filled = Object.entries(lists).filter(([, rows]) => rows.length > 0);
  return {
    journalId,
    receivedMs,
    blob: samples ? encodeJournal(samples, (bytes) => blobs.take(bytes)) : undefined,
    lists: filled.length === 0 ? undefined : Object.fromEntries(filled),
  };
}

function toEntry(row: JournalRow): JournalEntry {
  return { id: row.id, receivedMs: row.received_at, samples: decodeJournal(row.samples) };
}
