import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { openDatabase } from '../../embedded/history/duckdb.ts';
import { CREATE_ORDERED, CREATE_WANTED, copyOrdered } from '../../embedded/history/queries.ts';
import { appendOrdered, appendSeries } from '../../embedded/history/row-appender.ts';
import { filePieces } from '../../export/file-pieces.ts';
import {
  bySensorAndMetric,
  type ExportRows,
  formatRows,
  TEXT_FORMATS,
  type TextFormat,
} from '../../export/text-rows.ts';
import type { ExportRequest } from '../../history-store.ts';
import { engineMicros } from '../copy-rows.ts';
import { column, numberRows, timeColumn } from './number-rows.ts';
import { SELECT_PAGE, SELECT_SLICE } from './queries.ts';

// Tested by: test/scale/postgres-store.test.ts

const SLICE_SERIES = 50;
const MOST_ROWS = 50_000;
const PIECE_ROWS = 2000;
/** What the writer of a Parquet file may hold in memory; beyond it, it spills into its temporary folder. */
const WRITER_SETTINGS = { memory_limit: '256MB', threads: '1' };

/** The file's bytes, piece by piece; nothing is held in the database between two pieces. */
export function exportPieces(
  pool: Pool,
  request: ExportRequest,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const sorted = { ...request, series: [...request.series].sort(bySensorAndMetric) };
  if (request.format === 'parquet') return parquetPieces(pool, sorted);
  return textPieces(pool, sorted, TEXT_FORMATS[request.format]);
}

/** Rows in the order (place, time), in portions. */
async function* rowsOf(
  pool: Pool,
  { series, fromMs, toMs }: ExportRequest,
): AsyncGenerator<ExportRows> {
  const range = [engineMicros(fromMs), engineMicros(toMs)];
  for (let from = 0; from < series.length; from += SLICE_SERIES) {
    const ids = series.slice(from, from + SLICE_SERIES).map(({ seriesId }) => seriesId);
    const rows = await numberRows(pool, SELECT_SLICE, [ids, ...range, MOST_ROWS + 1]);
    if (rows.length <= MOST_ROWS) {
      yield {
        places: column(rows, 0).map((place) => from + place - 1),
        timesMs: timeColumn(rows, 1),
        values: column(rows, 2),
        receivedMs: timeColumn(rows, 3),
      };
      continue;
    }
    for (let k = 0; k < ids.length; k++) {
      yield* pagesOf(pool, { seriesId: ids[k]!, place: from + k, fromMs, toMs });
    }
  }
}

async function* pagesOf(
  pool: Pool,
  wanted: { seriesId: number; place: number; fromMs: number; toMs: number },
): AsyncGenerator<ExportRows> {
  const toMicros = engineMicros(wanted.toMs);
  for (let fromMicros = engineMicros(wanted.fromMs); ; ) {
    const rows = await numberRows(pool, SELECT_PAGE, [
      wanted.seriesId,
      fromMicros,
      toMicros,
      MOST_ROWS,
    ]);
    if (rows.length === 0) return;
    const timesMs = timeColumn(rows, 0);
    yield {
      places: new Float64Array(rows.length).fill(wanted.place),
      timesMs,
      values: column(rows, 1),
      receivedMs: timeColumn(rows, 2),
    };
    if (rows.length < MOST_ROWS) return;
    fromMicros = engineMicros(timesMs.at(-1)!) + 1;
  }
}

async function* textPieces(
  pool: Pool,
  request: ExportRequest,
  format: TextFormat,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const { series } = request;
  yield encoder.encode(format.head);
  let isFirst = true;
  for await (const rows of rowsOf(pool, request)) {
    for (let from = 0; from < rows.places.length; from += PIECE_ROWS) {
      const to = Math.min(from + PIECE_ROWS, rows.places.length);
      yield encoder.encode(formatRows(format, rows, { from, to, isFirst, series }));
      isFirst = false;
    }
  }
  if (format.tail !== '') yield encoder.encode(format.tail);
}

/** DuckDB writes the file: it is there for the embedded history anyway. */
async function* parquetPieces(
  pool: Pool,
  request: ExportRequest,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-export-'));
  try {
    const path = join(folder, 'readings.parquet');
    yield* filePieces(path, () => writeParquet(pool, request, { folder, path }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeParquet(
  pool: Pool,
  request: ExportRequest,
  { folder, path }: { folder: string; path: string },
): Promise<void> {
  const database = await openDatabase(join(folder, 'rows.duckdb'), {
    ...WRITER_SETTINGS,
    temp_directory: folder,
  });
  try {
    const connection = await database.connect();
    try {
      await connection.run(CREATE_WANTED);
      await connection.run(CREATE_ORDERED);
      appendSeries(connection, 'wanted', request.series);
      for await (const rows of rowsOf(pool, request)) await appendOrdered(connection, rows);
      await connection.run(copyOrdered(path));
    } finally {
      connection.close();
    }
  } finally {
    database.close();
  }
}
