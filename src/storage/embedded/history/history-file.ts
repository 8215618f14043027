import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Connection, type Database, openDatabase } from './duckdb.ts';
import { attachHistory, CREATE_TABLES, LAYOUT, READ_META } from './queries.ts';
import { removeRestMark } from './rest-mark.ts';

// Tested by: embedded-history.test.ts

export interface HistoryFileOptions {
  dataDir: string;
  memoryLimitMb: number;
  threads: number;
}

/** Replayed after an unclean end, so it bounds the time that such a start takes. */
const CHECKPOINT_THRESHOLD = '16MB';

/** What the engine's messages mean for the person who reads them. */
function advice(message: string): string {
  if (/\block\b/i.test(message)) {
    return 'Another process has it open: stop that process, or use another data folder.';
  }
  return 'Restore it from a backup, or move it away to start with an empty history.';
}

/** An open `history.duckdb` with its tables. Spills and export files lie in `<data dir>/tmp`. */
export class HistoryFile {
  readonly path: string;
  readonly tempDir: string;
  readonly memoryLimitMb: number;
  readonly threads: number;
  readonly #database: Database;
  readonly #connections = new Set<Connection>();
  lastJournalId = 0;

  private constructor(options: HistoryFileOptions, database: Database) {
    this.path = historyPath(options.dataDir);
    this.tempDir = join(options.dataDir, 'tmp');
    this.memoryLimitMb = options.memoryLimitMb;
    this.threads = options.threads;
    this.#database = database;
  }

  /** Throws an Error whose message names the file and what to do. */
  static async open(options: HistoryFileOptions): Promise<HistoryFile> {
    const tempDir = join(options.dataDir, 'tmp');
    let file: HistoryFile | undefined;
    try {
      mkdirSync(tempDir, { recursive: true });
      removeRestMark(options.dataDir);
      // The main database is in memory and stays empty: only an attached one can be given its row group size.
      const database = await openDatabase(':memory:', {
        threads: String(options.threads),
        memory_limit: `${options.memoryLimitMb}MB`,
        temp_directory: tempDir,
        checkpoint_threshold: CHECKPOINT_THRESHOLD,
        autoinstall_known_extensions: 'false',
      });
      file = new HistoryFile(options, database);
      await file.#prepare();
      return file;
    } catch (error) {
      file?.close();
      const message = (error as Error).message;
      throw new Error(
        `The history file ${historyPath(options.dataDir)} cannot be opened. ${advice(message)} (${message})`,
        { cause: error },
      );
    }
  }

  async connect(): Promise<Connection> {
    const connection = await this.#database.connect();
    this.#connections.add(connection);
    return connection;
  }

  disconnect(connection: Connection): void {
    if (this.#connections.delete(connection)) connection.close();
  }

  /** Nothing may be running. Writes a checkpoint, so that the next start has nothing to replay. */
  close(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    this.#database.close();
  }

  async #prepare(): Promise<void> {
    for (const name of readdirSync(this.tempDir)) {
      if (/^(?:export|backup)-/.test(name)) rmSync(join(this.tempDir, name), { force: true });
    }
    const connection = await this.connect();
    await connection.run(attachHistory(this.path));
    await connection.run(CREATE_TABLES);
    const [layouts, ids] = await connection.columns(READ_META, ['integer', 'bigint']);
    if (layouts?.[0] !== LAYOUT) {
      throw new Error(`its layout is ${layouts?.[0]}, and this version knows ${LAYOUT}`);
    }
    this.lastJournalId = ids?.[0] ?? 0;
    this.disconnect(connection);
  }
}

function historyPath(dataDir: string): string {
  return join(dataDir, 'history.duckdb');
}
