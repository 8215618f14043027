import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { createTarDecoder } from 'modern-tar';
import { BackupError, damaged } from './backup-error.ts';
import {
  CHECKSUMS,
  type Checksum,
  type Checksums,
  MANIFEST,
  type Manifest,
  readChecksums,
  readManifest,
  STATE,
  tableOfPart,
} from './manifest.ts';

// Tested by: test/e2e/backup.test.ts

export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Parts of the history that were read, of how many. */
  onProgress?(done: number, total: number): void;
}

export interface BackupEntry {
  name: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** Longest manifest or list of checksums: some hundred thousand parts. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/**
 * Reads a backup from its first byte to its last and compares every checksum. Answers its manifest.
 * Throws `backup_damaged`, `backup_newer`, or what the file system says.
 */
export async function verifyBackup(path: string, options: ReadOptions = {}): Promise<Manifest> {
  const found: Checksum[] = [];
  let manifest: Manifest | undefined;
  let checksums: Checksums | undefined;
  let parts = 0;
  for await (const { name, bytes } of readEntries(path, options.signal)) {
    if (checksums !== undefined) throw damaged(`${name} follows its end`);
    if (manifest === undefined && name !== MANIFEST) throw damaged('it does not begin as one');
    const isText = name === MANIFEST || name === CHECKSUMS;
    const { checksum, text } = await digest({ name, bytes }, isText);
    if (name === MANIFEST) manifest = readManifest(text);
    if (name === CHECKSUMS) checksums = readChecksums(text);
    else found.push(checksum);
    if (tableOfPart(name) !== undefined)
      options.onProgress?.(++parts, manifest?.history.parts ?? 0);
  }
  if (manifest === undefined) throw damaged('it is no backup of Vigie');
  if (checksums === undefined) throw damaged('its end is missing');
  compare(found, checksums.files);
  if (parts !== manifest.history.parts || !found.some(({ name }) => name === STATE)) {
    throw damaged('a part of it is missing');
  }
  return manifest;
}

/** The entries of a backup, in order; each is read to its end before the next is asked for. */
export async function* readEntries(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<BackupEntry> {
  const file = createReadStream(path, { highWaterMark: 256 * 1024, signal });
  // Errors of the file itself are told apart from those of what is in it.
  let failure: Error | undefined;
  file.on('error', (error) => {
    failure = error;
  });
  const explain = (error: unknown): unknown => {
    if (failure !== undefined) return failure;
    if (error instanceof BackupError || signal?.aborted) return error;
    return damaged(error instanceof Error ? error.message : String(error), error);
  };
  const bytes = Readable.toWeb(file) as ReadableStream<Uint8Array>;
  const archive = explained(bytes.pipeThrough(createTarDecoder({ strict: true })), explain);
  try {
    for await (const { header, body } of archive) {
      yield { name: header.name, bytes: explained(body, explain) };
    }
  } finally {
    file.destroy();
  }
}

async function* explained<T>(
  items: AsyncIterable<T>,
  explain: (error: unknown) => unknown,
): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const item = await iterator.next().catch((error: unknown) => {
        isDone = true;
        throw explain(error);
      });
      if (item.done) {
        isDone = true;
        return;
      }
      yield item.value;
    }
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

async function digest(
  { name, bytes }: BackupEntry,
  isText: boolean,
): Promise<{ checksum: Checksum; text: string }> {
  const hash = createHash('sha256');
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    hash.update(piece);
    size += piece.length;
    if (!isText) continue;
    if (size > MAX_TEXT_BYTES) throw damaged(`${name} is too long`);
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  return { checksum: { name, bytes: size, sha256: hash.digest('hex') }, text };
}

function compare(found: readonly Checksum[], expected: readonly Checksum[]): void {
  if (found.length !== expected.length) throw damaged('a part of it is missing');
  found.forEach((file, i) => {
    const { name, bytes, sha256 } = expected[i]!;
    if (file.name !== name || file.bytes !== bytes || file.sha256 !== sha256) {
      throw damaged(`${file.name} is not as it was written`);
    }
  });
}
