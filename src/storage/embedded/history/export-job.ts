import { join } from 'node:path';
import { filePieces } from '../../export/file-pieces.ts';
import {
  bySensorAndMetric,
  formatRows,
  TEXT_FORMATS,
  type TextFormat,
} from '../../export/text-rows.ts';
import type { ExportRequest } from '../../history-store.ts';
import type { Connection } from './duckdb.ts';
import { exportParts, fetchPart, insertPart } from './export-rows.ts';
import type { HistoryFile } from './history-file.ts';
import { CREATE_ORDERED, CREATE_WANTED, copyOrdered, setThreads } from './queries.ts';
import { appendSeries } from './row-appender.ts';

// Tested by: test/contract/history-store.test.ts

/** Rows fetched at once, and rows made into one piece of text (about 200 kB). */
const BATCH_ROWS = 100_000;
const PIECE_ROWS = 2000;
const FILE_BATCH_ROWS = 250_000;

export interface ExportJobOptions {
  file: HistoryFile;
  id: number;
  request: ExportRequest;
  /** Lets one Parquet file be written at a time. */
  inParquetTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/** An export under way: holds a connection of its own, and at most one batch of rows between two pieces. */
export class ExportJob {
  readonly #file: HistoryFile;
  readonly #connection: Connection;
  readonly #pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>;
  #running: Promise<unknown> | undefined;
  #isClosed = false;

  private constructor(
    { file, id, request, inParquetTurn }: ExportJobOptions,
    connection: Connection,
  ) {
    this.#file = file;
    this.#connection = connection;
    if (request.format !== 'parquet') {
      this.#pieces = textPieces(connection, request, TEXT_FORMATS[request.format]);
      return;
    }
    const path = join(file.tempDir, `export-${process.pid}-${id}.parquet`);
    const write = async (): Promise<void> => {
      await connection.run(CREATE_ORDERED);
      const range = { ...request, places: request.series.length };
      for await (const part of exportParts(connection, range, FILE_BATCH_ROWS)) {
        if (this.#isClosed) throw new Error('the export was given up');
        await insertPart(connection, part);
      }
      await connection.run(setThreads(1));
      try {
        await connection.run(copyOrdered(path));
      } finally {
        await connection.run(setThreads(file.threads));
      }
    };
    this.#pieces = filePieces(path, () => inParquetTurn(write));
  }

  static async open(options: ExportJobOptions): Promise<ExportJob> {
    const { file, request } = options;
    const connection = await file.connect();
    try {
      const series = [...request.series].sort(bySensorAndMetric);
      await connection.run(CREATE_WANTED);
      appendSeries(connection, 'wanted', series);
      return new ExportJob({ ...options, request: { ...request, series } }, connection);
    } catch (error) {
      file.disconnect(connection);
      throw error;
    }
  }

  /** undefined after the last piece. One call at a time. */
  async next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const piece = this.#pieces.next();
    this.#running = piece;
    const { value, done } = await piece;
    return done ? undefined : value;
  }

  /** Interrupts a `next` that is under way, which then fails. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#connection.interrupt();
    try {
      await this.#running?.catch(() => undefined);
      await this.#pieces.return(undefined);
    } finally {
      this.#file.disconnect(this.#connection);
    }
  }
}

async function* textPieces(
  connection: Connection,
  { series, fromMs, toMs }: ExportRequest,
  format: TextFormat,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield encoder.encode(format.head);
  let isFirst = true;
  const range = { fromMs, toMs, places: series.length };
  for await (const part of exportParts(connection, range, BATCH_ROWS)) {
    const rows = await fetchPart(connection, part);
    for (let from = 0; from < rows.places.length; from += PIECE_ROWS) {
      const to = Math.min(from + PIECE_ROWS, rows.places.length);
      yield encoder.encode(formatRows(format, rows, { from, to, isFirst, series }));
      isFirst = false;
    }
  }
  if (format.tail !== '') yield encoder.encode(format.tail);
}
