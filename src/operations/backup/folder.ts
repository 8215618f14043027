import { backupFolder } from '#storage/embedded/backup/backup-folder.ts';
import { type ReadOptions, verifyBackup } from '#storage/embedded/backup/read-backup.ts';
import {
  type Restored,
  type RestoreOptions,
  restoreFolder,
} from '#storage/embedded/backup/restore-folder.ts';
import { isFolderInUse } from '#storage/embedded/lock.ts';

/** What a person at the machine may do with backups and data folders; who can read the files needs no key. */
export const backupFiles = {
  isFolderInUse,
  backupFolder,
  verifyBackup: async (path: string, options: ReadOptions): Promise<BackupSummary> => {
    const { version, created_at, history } = await verifyBackup(path, options);
    return { version, createdAt: created_at, values: history.samples };
  },
  restoreFolder: async (options: RestoreOptions): Promise<RestoreSummary> =>
    summaryOf(await restoreFolder(options)),
};

export interface BackupSummary {
  /** Of the program that made it. */
  version: string;
  createdAt: string;
  /** In the history; the newest readings may lie beside it in the journal. */
  values: number;
}

export interface RestoreSummary extends BackupSummary {
  movedTo: string | undefined;
}

function summaryOf({ manifest, movedTo }: Restored): RestoreSummary {
  const { version, created_at, history } = manifest;
  return { version, createdAt: created_at, values: history.samples, movedTo };
}
