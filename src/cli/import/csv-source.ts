import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { Transform } from 'node:stream';
import { type Options, parse as parseStream } from 'csv-parse';
import { parse as parseText } from 'csv-parse/sync';
import { CommandError, usageError } from '../command-error.ts';

// Tested by: cli/import/import.test.ts

export interface CsvFormat {
  path: string;
  /** One character. */
  delimiter: string;
  encoding: string;
}

/** One record with the line on which it ends. */
export interface CsvRow {
  cells: string[];
  line: number;
}

const SAMPLE_BYTES = 256 * 1024;
const SAMPLE_ROWS = 200;
const DELIMITERS = [',', ';', '\t', '|'];

function parserOptions(delimiter: string): Options {
  return {
    delimiter,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    info: true,
  };
}

export interface CsvSample {
  format: CsvFormat;
  sizeBytes: number;
  header: string[];
  rows: string[][];
}

/** Reads the beginning of a file: its delimiter (unless given), header and first rows. */
export function sampleCsv(
  path: string,
  given: { delimiter?: string; encoding: string },
): CsvSample {
  const file = openSync(path, 'r');
  let text: string;
  let sizeBytes: number;
  try {
    sizeBytes = fstatSync(file).size;
    const bytes = Buffer.alloc(Math.min(SAMPLE_BYTES, sizeBytes));
    const length = readSync(file, bytes, 0, bytes.length, 0);
    text = decodeSample(bytes.subarray(0, length), given.encoding);
  } finally {
    closeSync(file);
  }
  // The last line may be cut off.
  if (sizeBytes > SAMPLE_BYTES) text = text.slice(0, text.lastIndexOf('\n') + 1);
  const delimiter = given.delimiter ?? detectDelimiter(text);
  const [header, ...rows] = sampleRows(text, delimiter);
  if (header === undefined || rows.length === 0) {
    throw usageError(`${path} holds no rows: a header and at least one row are needed`);
  }
  return { format: { path, delimiter, encoding: given.encoding }, sizeBytes, header, rows };
}

function decodeSample(bytes: Buffer, encoding: string): string {
  try {
    // The sample may end within a character: `stream` holds back what is not whole.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch (error) {
    throw notThisEncoding(encoding, error);
  }
}

function notThisEncoding(encoding: string, cause: unknown): CommandError {
  return new CommandError({
    exitCode: 2,
    code: 'invalid_utf8',
    message: `the file is not ${encoding}; say --encoding, such as windows-1252 or utf-16le`,
    cause,
  });
}

function sampleRows(text: string, delimiter: string): string[][] {
  const records = parseText(text, {
    ...parserOptions(delimiter),
    to: SAMPLE_ROWS,
  }) as unknown as { record: string[] }[];
  return records.map(({ record }) => record);
}

/** The delimiter that cuts the header into most columns, where the rows agree with the header. */
function detectDelimiter(text: string): string {
  let best = { delimiter: ',', columns: 1 };
  for (const delimiter of DELIMITERS) {
    let rows: string[][];
    try {
      rows = sampleRows(text, delimiter);
    } catch {
      continue;
    }
    const columns = rows[0]?.length ?? 0;
    const agreeing = rows.filter((row) => row.length === columns).length;
    if (columns > best.columns && agreeing >= rows.length * 0.9) best = { delimiter, columns };
  }
  return best.delimiter;
}

/** The rows below the header. `onBytes` is told how much of the file has been read. */
export async function* readCsv(
  format: CsvFormat,
  onBytes: (bytes: number) => void,
): AsyncGenerator<CsvRow> {
  const file = createReadStream(format.path, { highWaterMark: 256 * 1024 });
  const decoder = new TextDecoder(format.encoding, { fatal: true });
  let bytes = 0;
  const decoded = new Transform({
    encoding: 'utf8',
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      onBytes(bytes);
      try {
        done(null, decoder.decode(chunk, { stream: true }));
      } catch (error) {
        done(notThisEncoding(format.encoding, error));
      }
    },
    flush(done) {
      try {
        done(null, decoder.decode());
      } catch (error) {
        done(notThisEncoding(format.encoding, error));
      }
    },
  });
  const parser = parseStream({ ...parserOptions(format.delimiter), from: 2 });
  file.on('error', (error) => decoded.destroy(error));
  decoded.on('error', (error) => parser.destroy(error));
  file.pipe(decoded).pipe(parser);
  try {
    for await (const item of parser) {
      const { record, info } = item as { record: string[]; info: { lines: number } };
      yield { cells: record, line: info.lines };
    }
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (!code?.startsWith('CSV_')) throw error;
    throw new CommandError({ code: 'csv_invalid', message, cause: error });
  } finally {
    file.destroy();
    decoded.destroy();
    parser.destroy();
  }
}
