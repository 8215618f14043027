import { VERSION } from '#config/version.ts';
import { VigieError } from '#domain/errors.ts';
import { JournalKeeper } from '#services/processor/journal-keeper.ts';
import { RetentionKeeper } from '#services/processor/retention-keeper.ts';
import { createEmbeddedBackups } from '#storage/embedded/backup/embedded-backups.ts';
import {
  type EmbeddedHistory,
  openEmbeddedHistory,
} from '#storage/embedded/history/embedded-history.ts';
import { measureFolder } from '#storage/embedded/measure-folder.ts';
import { type EmbeddedState, openEmbeddedState } from '#storage/embedded/open-state.ts';
import { createStorageMeter } from '#storage/storage-meter.ts';
import { type AppContext, type AppStorage, built } from './app-storage.ts';

// Tested by: test/e2e/app.test.ts

/** Two files in the data folder, each with a thread of its own. */
export function createEmbeddedStorage({ config, clock, logger }: AppContext): AppStorage {
  let state: EmbeddedState | undefined;
  let history: EmbeddedHistory | undefined;

  async function openHistory(): Promise<void> {
    history = await openEmbeddedHistory({
      dataDir: config.dataDir,
      mayRest: true,
      onError: (error) => logger.error({ err: error }, 'the history is behind; it is tried again'),
    });
    // A journal that begins anew under a history would number its rows as ones that are loaded already.
    const lastJournalId = await built(state).commits.lastJournalId();
    if (history.loadedThrough() > lastJournalId) {
      await history.close();
      throw new VigieError(
        'storage_unavailable',
        `In ${config.dataDir}, history.duckdb holds readings that vigie.db knows nothing of: the two files do not belong together. ` +
          'Restore both from the same backup, or move the whole folder away to start anew.',
      );
    }
    history.notify(lastJournalId);
  }

  return {
    steps: [
      {
        name: 'state',
        async start() {
          state = await openEmbeddedState(config.dataDir, {
            onEnded: (error) =>
              logger.error({ err: error }, 'the state thread ended; another one is started'),
          });
        },
        stop: () => built(state).close(),
      },
      { name: 'history', start: openHistory, stop: () => built(history).close() },
    ],
    get state() {
      return built(state).state;
    },
    get history() {
      return built(history);
    },
    get commits() {
      return built(state).commits;
    },
    get backups() {
      return createEmbeddedBackups({
        dataDir: config.dataDir,
        version: VERSION,
        storage: built(state),
        history: built(history),
      });
    },
    meter: createStorageMeter(() => measureFolder(config.dataDir), clock),
    shared: undefined,
    loadedThrough: () => built(history).loadedThrough(),
    check: () => built(history).check(),
    keepers(processor) {
      let journal: JournalKeeper | undefined;
      let retention: RetentionKeeper | undefined;
      return {
        name: 'keepers',
        start() {
          journal = new JournalKeeper({
            processor: built(processor),
            commits: built(state).commits,
            loadedThrough: () => built(history).loadedThrough(),
            log: logger,
          });
          retention = new RetentionKeeper({
            history: built(history),
            state: built(state).state,
            clock,
            retentionMs: config.limits.retentionMs,
            log: logger,
          });
          journal.start();
          retention.start();
        },
        async stop() {
          retention?.stop();
          await journal?.stop();
        },
      };
    },
  };
}
