import { join } from 'node:path';
import { VigieError } from '#domain/errors.ts';
import type { BackupStore } from '../../backup-store.ts';
import type { EmbeddedHistory } from '../history/embedded-history.ts';
import type { EmbeddedState } from '../open-state.ts';
import { packBackup } from './pack-backup.ts';

/** The backups of a platform that runs. */
export function createEmbeddedBackups(parts: {
  dataDir: string;
  /** Of the product. */
  version: string;
  storage: EmbeddedState;
  history: EmbeddedHistory;
}): BackupStore {
  const { dataDir, version, storage, history } = parts;
  return {
    async backup() {
      const pieces = packBackup({
        version,
        statePath: join(dataDir, 'vigie.db'),
        tempDir: join(dataDir, 'tmp'),
        holdJournal: () => storage.holdJournal(),
        openHistory: () => history.openBackup(),
      });
      return begunWith(await pieces.next().catch(asStorageError), pieces);
    },
  };
}

/** The pieces from the first one on, which was read already; given up before it is asked for, they end as well. */
function begunWith<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncIterable<T> {
  let isFirst = true;
  const iterator: AsyncIterator<T> = {
    next() {
      if (!isFirst) return rest.next();
      isFirst = false;
      return Promise.resolve(first);
    },
    return: () => rest.return(undefined),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function asStorageError(error: unknown): never {
  if (error instanceof VigieError) throw error;
  const { errcode, code, message } = error as { errcode?: number; code?: string; message: string };
  // 13: SQLITE_FULL.
  if (errcode === 13 || code === 'ENOSPC') {
    throw new VigieError(
      'storage_full',
      'There is no room for the backup on the disk of the data.',
      {
        cause: error,
      },
    );
  }
  throw new VigieError('storage_unavailable', `The backup could not be made: ${message}`, {
    cause: error,
  });
}
