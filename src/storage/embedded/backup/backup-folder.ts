import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BackupJob } from '../history/backup-job.ts';
import { HistoryFile } from '../history/history-file.ts';
import { lockFolder } from '../lock.ts';
import { BackupError } from './backup-error.ts';
import { packBackup } from './pack-backup.ts';

// Tested by: test/e2e/backup.test.ts

const HISTORY_OPTIONS = { memoryLimitMb: 256, threads: 2 };

/**
 * The backup of a platform that is stopped, from its folder. Throws `nothing_to_back_up` where no platform has been
 * there, `storage_unavailable` where one is running or a file is damaged.
 */
export async function* backupFolder(dataDir: string, version: string): AsyncGenerator<Uint8Array> {
  const statePath = join(dataDir, 'vigie.db');
  if (!existsSync(statePath)) {
    throw new BackupError('nothing_to_back_up', `There is no platform in ${dataDir}.`);
  }
  const unlock = lockFolder(dataDir);
  try {
    const file = await HistoryFile.open({ ...HISTORY_OPTIONS, dataDir });
    try {
      yield* packBackup({
        version,
        statePath,
        tempDir: file.tempDir,
        // Nobody is there who could trim it.
        holdJournal: () => () => undefined,
        openHistory: () =>
          BackupJob.open({ file, name: String(process.pid), inParquetTurn: (work) => work() }),
      });
    } finally {
      file.close();
    }
  } finally {
    unlock();
  }
}
