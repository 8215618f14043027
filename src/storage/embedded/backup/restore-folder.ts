import {
  closeSync,
  createWriteStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HistoryFile } from '../history/history-file.ts';
import { COUNT_ALL, insertStretch, SET_LAST_JOURNAL_ID } from '../history/queries.ts';
import { lockFolder } from '../lock.ts';
import { BackupError, damaged } from './backup-error.ts';
import { lastJournalIdOf, unpackState } from './copy-state.ts';
import { type Manifest, STATE, tableOfPart } from './manifest.ts';
import { type BackupEntry, type ReadOptions, readEntries, verifyBackup } from './read-backup.ts';

// Tested by: test/e2e/backup.test.ts

export interface RestoreOptions {
  /** The backup. */
  file: string;
  /** Made where it is not there. */
  dataDir: string;
  /** What lies in the folder is moved aside instead of refused. */
  isForced: boolean;
  signal?: AbortSignal;
  onProgress?(step: 'verify' | 'restore', done: number, total: number): void;
}

export interface Restored {
  manifest: Manifest;
  /** Where what lay in the folder is now; undefined where it was empty. */
  movedTo: string | undefined;
}

const HISTORY_OPTIONS = { memoryLimitMb: 256, threads: 2 };
const WORK = 'restore-';
const ASIDE = 'replaced-';
/** Belong to the file system or to this program, and do not make a folder used. */
const IGNORED = new Set(['vigie.lock', 'lost+found']);

/**
 * Puts a backup into a data folder. It is verified whole before anything is written, and built in a folder beside the
 * place where it belongs; the state is put into its place last, and a folder without one does not start. Throws
 * `backup_damaged`, `backup_newer`, `folder_not_empty`, `storage_unavailable` where the folder is in use, or what the
 * file system says; the folder is then as before.
 */
export async function restoreFolder(options: RestoreOptions): Promise<Restored> {
  const { file, dataDir, isForced, signal, onProgress } = options;
  const manifest = await verifyBackup(file, {
    signal,
    onProgress: (done, total) => onProgress?.('verify', done, total),
  });
  mkdirSync(dataDir, { recursive: true });
  const unlock = lockFolder(dataDir);
  const work = join(dataDir, `${WORK}${process.pid}`);
  try {
    const present = entriesOf(dataDir);
    if (present.length > 0 && !isForced) {
      throw new BackupError(
        'folder_not_empty',
        `The data folder ${dataDir} is not empty. Choose another one (VIGIE_DATA_DIR), or let what is in it be moved aside with --force.`,
      );
    }
    mkdirSync(work);
    await build(options, { work, manifest });
    const movedTo = present.length > 0 ? moveAside(dataDir, present) : undefined;
    for (const name of ['history.duckdb', 'vigie.db']) {
      renameSync(join(work, name), join(dataDir, name));
      syncFolder(dataDir);
    }
    return { manifest, movedTo };
  } finally {
    rmSync(work, { recursive: true, force: true });
    unlock();
  }
}

/** What is in the folder; what an earlier attempt left behind is removed. */
function entriesOf(dataDir: string): string[] {
  const names = readdirSync(dataDir).filter((name) => !IGNORED.has(name));
  const [left, present] = [
    names.filter((name) => name.startsWith(WORK)),
    names.filter((name) => !name.startsWith(WORK) && !name.startsWith(ASIDE)),
  ];
  for (const name of left) rmSync(join(dataDir, name), { recursive: true, force: true });
  return present;
}

function moveAside(dataDir: string, names: readonly string[]): string {
  const aside = join(dataDir, `${ASIDE}${new Date().toISOString().replace(/[:.]/g, '-')}`);
  mkdirSync(aside);
  // The state first: without it nothing of the rest is taken for a platform.
  const ordered = [...names].sort((a, b) => Number(b === 'vigie.db') - Number(a === 'vigie.db'));
  for (const name of ordered) renameSync(join(dataDir, name), join(aside, name));
  return aside;
}

/** What was renamed in it stays so through a power cut. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Both files, finished, in the folder `work`. */
async function build(
  { file, signal, onProgress }: RestoreOptions,
  { work, manifest }: { work: string; manifest: Manifest },
): Promise<void> {
  const { samples, parts, journal_id } = manifest.history;
  const history = await HistoryFile.open({ ...HISTORY_OPTIONS, dataDir: work });
  try {
    const connection = await history.connect();
    let done = 0;
    for await (const entry of readEntries(file, signal)) {
      const path = join(work, 'entry');
      await writeEntry(entry, path, { signal });
      const table = tableOfPart(entry.name);
      if (entry.name === STATE) await unpackState(path, join(work, 'vigie.db'));
      if (table !== undefined) {
        await connection.run(insertStretch(table, path));
        onProgress?.('restore', ++done, parts);
      }
    }
    await connection.change(SET_LAST_JOURNAL_ID, [{ int: journal_id }]);
    const [counts] = await connection.columns(COUNT_ALL, ['bigint']);
    if (counts?.[0] !== samples) {
      throw damaged(`it holds ${counts?.[0]} values and should hold ${samples}`);
    }
  } finally {
    history.close();
  }
  if ((await lastJournalIdOf(join(work, 'vigie.db'))) < journal_id) {
    throw damaged('its state is older than its history');
  }
}

async function writeEntry(
  { bytes }: BackupEntry,
  path: string,
  { signal }: ReadOptions,
): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 });
  await pipeline(bytes, file, signal === undefined ? {} : { signal });
}
