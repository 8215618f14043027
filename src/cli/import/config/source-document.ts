import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { CommandError } from '../../command-error.ts';

// Tested by: cli/import/config/config.test.ts

/** Members of an object, whatever they are. */
export type Members = Record<string, unknown>;
/** The way into a document: names and positions. */
export type Path = readonly (string | number)[];

/** One document of a foreign file; JSON is read as the YAML that it is. */
export interface SourceDocument {
  file: string;
  value: unknown;
  /** The line of what lies at the path, or of the nearest around it that is there; from 1 on. */
  lineOf(path: Path): number;
}

/** Far more than people write; a wrong path must not fill the memory. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The documents of the files, in their order. Throws `source_unreadable` with file and line where one is not YAML or JSON. */
export function readSources(cwd: string, files: readonly string[]): SourceDocument[] {
  return files.flatMap((file) => {
    const path = resolve(cwd, file);
    if (statSync(path).size > MAX_BYTES) {
      throw unreadable(`${file} holds more than ${MAX_BYTES / 1024 / 1024} MB`);
    }
    return parseSource(file, readFileSync(path, 'utf8'));
  });
}

export function parseSource(file: string, text: string): SourceDocument[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  return [...parsed].map((document) => {
    const [error] = document.errors;
    if (error) throw unreadable(`${file}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
    let value: unknown;
    try {
      value = document.toJS();
    } catch (cause) {
      throw unreadable(`${file}: ${(cause as Error).message}`);
    }
    return {
      file,
      value,
      lineOf: (path) => lines.linePos(offsetOf(document.contents, path)).line,
    };
  });
}

function unreadable(message: string): CommandError {
  return new CommandError({ code: 'source_unreadable', message });
}

function offsetOf(contents: unknown, path: Path): number {
  let here = contents;
  let offset = (here as Node | null)?.range?.[0] ?? 0;
  for (const step of path) {
    let found: unknown;
    if (isMap(here)) {
      const pair = here.items.find(({ key }) => isScalar(key) && String(key.value) === `${step}`);
      found = pair?.key;
      here = pair?.value;
    } else if (isSeq(here)) {
      found = here.items[Number(step)];
      here = found;
    }
    const start = (found as Node | undefined)?.range?.[0];
    if (start === undefined) return offset;
    offset = start;
  }
  return offset;
}

/** The value where it is an object; else an empty one. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value where it is a list; else an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text or number as text; anything else, and an empty text, is undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
