import type { CommitUnit } from '#storage/commit-store.ts';
import { openEmbeddedHistory } from '#storage/embedded/history/embedded-history.ts';
import { openEmbeddedState } from '#storage/embedded/open-state.ts';
import { createOperations, type Operations } from './operations.ts';
import { temporaryFolder } from './spawn-platform.ts';

/** Operations over the embedded stores, in a folder of their own; an error of the history fails whatever runs. */
export async function openEmbeddedOperations(): Promise<{
  operations: Operations;
  /** Stores readings as the processor does, in order. */
  commit(unit: CommitUnit): Promise<void>;
  close(): Promise<void>;
}> {
  const folder = temporaryFolder('operations');
  const { state, commits, close } = await openEmbeddedState(folder.path);
  const history = await openEmbeddedHistory({
    dataDir: folder.path,
    onError: (error) => {
      throw error;
    },
  });
  return {
    operations: await createOperations({ state, history }),
    async commit(unit) {
      await commits.commit(unit, 1);
      history.notify(unit.journalId);
    },
    async close() {
      await history.close();
      await close();
      folder.remove();
    },
  };
}
