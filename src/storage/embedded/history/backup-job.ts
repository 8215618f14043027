import { join } from 'node:path';
import type { Connection } from './duckdb.ts';
import type { HistoryFile } from './history-file.ts';
import { COUNT_ALL, copyStretch, READ_META, ROW_GROUP_ROWS, selectEnd, TABLES } from './queries.ts';

// Tested by: test/e2e/backup.test.ts

export type HistoryTable = (typeof TABLES)[number];

/** What a history holds at one moment. */
export interface HistoryMoment {
  layout: number;
  /** Everything up to this journal row is in it. */
  journalId: number;
  samples: number;
  /** Files that `next` is going to write. */
  parts: number;
}

/** A stretch of a table, in the order of its rows. */
export interface HistoryPart {
  table: HistoryTable;
  /** A Parquet file; its reader removes it. */
  path: string;
}

/** The whole history as of one moment, part by part. */
export interface HistorySnapshot {
  readonly moment: HistoryMoment;
  /** undefined after the last part. One call at a time. */
  next(): Promise<HistoryPart | undefined>;
  /** Interrupts a `next` that is under way, which then fails. */
  close(): Promise<void>;
}

export interface BackupJobOptions {
  file: HistoryFile;
  /** Told apart from other files in the temporary folder. */
  name: string;
  /** Lets one Parquet file be written at a time. */
  inParquetTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** About 40 MB, some tenths of a second. */
const PART_ROWS = 32 * ROW_GROUP_ROWS;
/** Nobody has asked for the next part: an open snapshot keeps the file from being tidied. */
const IDLE_MS = 10 * 60_000;

/** A snapshot as of `open`; loading and compaction go on meanwhile. Holds one transaction, and at most one file. */
export class BackupJob implements HistorySnapshot {
  readonly moment: HistoryMoment;
  readonly #options: BackupJobOptions;
  readonly #connection: Connection;
  readonly #stretches: { table: HistoryTable; from: number }[];
  #written = 0;
  #isClosed = false;
  #idle: NodeJS.Timeout | undefined;
  #work: Promise<unknown> = Promise.resolve();

  private constructor(
    options: BackupJobOptions,
    about: {
      connection: Connection;
      ends: readonly number[];
      moment: Omit<HistoryMoment, 'parts'>;
    },
  ) {
    this.#options = options;
    this.#connection = about.connection;
    this.#stretches = TABLES.flatMap((table, i) =>
      Array.from({ length: Math.ceil((about.ends[i] ?? 0) / PART_ROWS) }, (_, part) => ({
        table,
        from: part * PART_ROWS,
      })),
    );
    this.moment = { ...about.moment, parts: this.#stretches.length };
    this.#watchIdle();
  }

  static async open(options: BackupJobOptions): Promise<BackupJob> {
    const connection = await options.file.connect();
    try {
      await connection.run('BEGIN');
      // The first statement settles what the transaction sees.
      const [layouts, ids] = await connection.columns(READ_META, ['integer', 'bigint']);
      const [counts] = await connection.columns(COUNT_ALL, ['bigint']);
      const ends: number[] = [];
      for (const table of TABLES) {
        const [end] = await connection.columns(selectEnd(table), ['bigint']);
        ends.push(end?.[0] ?? 0);
      }
      const moment = {
        layout: layouts?.[0] ?? 0,
        journalId: ids?.[0] ?? 0,
        samples: counts?.[0] ?? 0,
      };
      return new BackupJob(options, { connection, ends, moment });
    } catch (error) {
      options.file.disconnect(connection);
      throw error;
    }
  }

  next(): Promise<HistoryPart | undefined> {
    const part = this.#next();
    this.#work = part.catch(() => undefined);
    return part;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#connection.interrupt();
    await this.#work;
    this.#options.file.disconnect(this.#connection);
  }

  async #next(): Promise<HistoryPart | undefined> {
    if (this.#isClosed) throw new Error('the backup was given up');
    this.#watchIdle();
    const stretch = this.#stretches.shift();
    if (stretch === undefined) return undefined;
    const { table, from } = stretch;
    const { file, name, inParquetTurn } = this.#options;
    const path = join(file.tempDir, `backup-${name}-${++this.#written}.parquet`);
    const sql = copyStretch({ table, from, to: from + PART_ROWS }, path);
    await inParquetTurn(() => this.#connection.run(sql));
    return { table, path };
  }

  #watchIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
  }
}
