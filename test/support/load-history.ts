// A process that commits journal rows and loads them until it is killed: `node load-history.ts <data dir>`.
// It prints a line `committed <rows>` after each row.
import { openEmbeddedHistory } from '#storage/embedded/history/embedded-history.ts';
import { crashColumns } from './crash-columns.ts';
import { createJournalFile } from './journal-file.ts';

const dataDir = process.argv[2] ?? '.';
const journal = createJournalFile(dataDir);
const history = await openEmbeddedHistory({
  dataDir,
  // The newest row stays: its id is what the next process counts on from.
  onLoaded: (journalId) => journal.trim(journalId - 1),
  onError: (error) => {
    throw error;
  },
});
for (;;) {
  const id = journal.commit(crashColumns(journal.lastId + 1), 0);
  process.stdout.write(`committed ${id}\n`);
  history.notify(id);
  // By turns: loaded at once in small portions, or left to the tick.
  if (id % 40 < 20) await history.sync(id);
  else await new Promise((resolve) => setTimeout(resolve, 5));
}
