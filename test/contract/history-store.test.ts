import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { historyStoreContract } from '#storage/contract/history-store.contract.ts';
import { openEmbeddedHistory } from '#storage/embedded/history/embedded-history.ts';
import { createJournalFile } from '#test/support/journal-file.ts';

historyStoreContract('the embedded engine', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-history-'));
  const journal = createJournalFile(dataDir);
  const history = await openEmbeddedHistory({
    dataDir,
    onLoaded: (journalId) => journal.trim(journalId),
    onError: (error) => {
      throw error;
    },
  });
  return {
    history,
    async commit(columns, receivedMs) {
      history.notify(journal.commit(columns, receivedMs));
    },
    async dispose() {
      await history.close();
      journal.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
});
