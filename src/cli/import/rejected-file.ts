import { closeSync, openSync, writeSync } from 'node:fs';
import type { RefusedRow } from './rows-to-readings.ts';

// Tested by: cli/import/import.test.ts

/** Collects refused rows in a CSV file with the reason of each; made with the first one. */
export class RejectedFile {
  readonly path: string;
  readonly #header: readonly string[];
  readonly #delimiter: string;
  readonly codes = new Map<string, number>();
  count = 0;
  #file: number | undefined;

  constructor(path: string, source: { header: readonly string[]; delimiter: string }) {
    this.path = path;
    this.#header = source.header;
    this.#delimiter = source.delimiter;
  }

  add({ row, code, detail }: RefusedRow): void {
    this.count++;
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
    if (this.#file === undefined) {
      this.#file = openSync(this.path, 'w');
      this.#write(['rejected_line', 'rejected_code', 'rejected_detail', ...this.#header]);
    }
    this.#write([String(row.line), code, detail, ...row.cells]);
  }

  #write(cells: readonly string[]): void {
    const quoted = cells.map((cell) =>
      cell.includes('"') || cell.includes(this.#delimiter) || /[\r\n]/.test(cell)
        ? `"${cell.replaceAll('"', '""')}"`
        : cell,
    );
    writeSync(this.#file ?? 2, `${quoted.join(this.#delimiter)}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
