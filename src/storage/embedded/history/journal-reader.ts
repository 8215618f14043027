import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { decodeJournal } from '../../journal.ts';
import type { SampleStage } from './sample-stage.ts';

// Tested by: loader.test.ts

/** Bytes of a sample in a journal row, for estimates. */
const BYTES_A_SAMPLE = 20;

/** Reads committed journal rows; a connection of its own that never writes and holds no transaction open. */
export class JournalReader {
  readonly #database: DatabaseSync;
  readonly #newest: StatementSync;
  readonly #pending: StatementSync;
  readonly #rows: StatementSync;

  /** Throws where the journal is not the one that was loaded through `lastLoadedId`. */
  static open(path: string, lastLoadedId: number): JournalReader {
    let reader: JournalReader;
    try {
      reader = new JournalReader(path);
    } catch (error) {
      throw new Error(`The journal in ${path} cannot be read: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const newest = reader.newestId();
    if (newest !== undefined && newest < lastLoadedId) {
      reader.close();
      throw new Error(
        `The journal in ${path} ends at ${newest}, but the history was loaded through ${lastLoadedId}: ` +
          'the two files do not belong together. Restore both from the same backup.',
      );
    }
    return reader;
  }

  private constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    this.#database.exec('PRAGMA cache_size = -1000');
    this.#newest = this.#database.prepare('SELECT max(id) AS id FROM journal');
    // A blob's length stands in its row's header, so that no blob is read for this.
    this.#pending = this.#database.prepare(
      'SELECT coalesce(sum(length(samples)), 0) AS bytes FROM journal WHERE id > ?',
    );
    this.#rows = this.#database.prepare(
      'SELECT id, received_at, samples FROM journal WHERE id > ? ORDER BY id',
    );
  }

  /** The newest committed id; undefined where the journal is empty. */
  newestId(): number | undefined {
    const id = this.#newest.get()?.id;
    return typeof id === 'number' ? id : undefined;
  }

  /** About how many samples lie behind an id. */
  pendingSamples(afterId: number): number {
    return Math.floor(Number(this.#pending.get(afterId)?.bytes ?? 0) / BYTES_A_SAMPLE);
  }

  /**
   * Adds the next rows to the stage until it holds `enough` samples; at least one row where there is one.
   * Answers the last row's id, or `afterId`.
   */
  read(afterId: number, stage: SampleStage, enough: number): number {
    let last = afterId;
    for (const row of this.#rows.iterate(afterId)) {
      const id = Number(row.id);
      try {
        stage.add(decodeJournal(row.samples as Uint8Array), Number(row.received_at));
      } catch (error) {
        throw new Error(`journal row ${id}: ${(error as Error).message}`);
      }
      last = id;
      if (stage.count >= enough) break;
    }
    return last;
  }

  close(): void {
    this.#database.close();
  }
}
