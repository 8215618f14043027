import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createTarPacker } from 'modern-tar';
import type { HistorySnapshot } from '../history/backup-job.ts';
import { copyState } from './copy-state.ts';
import {
  CHECKSUMS,
  type Checksum,
  FORMAT,
  MANIFEST,
  type Manifest,
  partName,
  STATE,
} from './manifest.ts';

// Tested by: test/e2e/backup.test.ts

export interface BackupSource {
  /** Of the product. */
  version: string;
  statePath: string;
  /** For what is being written; on the disk of the data. */
  tempDir: string;
  /** Until the returned function is called, the journal forgets nothing. */
  holdJournal(): () => void;
  openHistory(): Promise<HistorySnapshot>;
}

type Packer = ReturnType<typeof createTarPacker>['controller'];

/**
 * A backup as a tar archive, piece by piece. The history is looked at first and the state after it, and the journal
 * keeps everything in between: what the history does not have yet is in the journal of the state, and a start loads
 * it. Both are copied as of their moments, however long sending them takes.
 */
export async function* packBackup(source: BackupSource): AsyncGenerator<Uint8Array> {
  const tempState = join(source.tempDir, `backup-${process.pid}-${Date.now()}.db.zst`);
  const release = source.holdJournal();
  let history: HistorySnapshot | undefined;
  let writing: Promise<void> | undefined;
  try {
    history = await source.openHistory();
    const schema = await copyState(source.statePath, tempState);
    release();
    const manifest = manifestOf({ version: source.version, schema, history });
    const { readable, controller } = createTarPacker();
    writing = new BackupWriter(controller).write({ manifest, statePath: tempState, history });
    // Its reader may be slow, or gone, when this fails: then nobody is waiting here yet.
    writing.catch(() => undefined);
    yield* readable;
    await writing;
  } finally {
    release();
    await history?.close();
    await writing?.catch(() => undefined);
    await rm(tempState, { force: true });
  }
}

function manifestOf(about: {
  version: string;
  schema: string;
  history: HistorySnapshot;
}): Manifest {
  const { layout, journalId, samples, parts } = about.history.moment;
  return {
    product: 'vigie',
    format: FORMAT,
    version: about.version,
    created_at: new Date().toISOString(),
    schema: about.schema,
    history: { layout, journal_id: journalId, samples, parts },
  };
}

class BackupWriter {
  readonly #packer: Packer;
  readonly #files: Checksum[] = [];

  constructor(packer: Packer) {
    this.#packer = packer;
  }

  /** Rejects as the archive does: its reader meets the error too. */
  async write(content: {
    manifest: Manifest;
    statePath: string;
    history: HistorySnapshot;
  }): Promise<void> {
    try {
      await this.#text(MANIFEST, content.manifest);
      await this.#file(STATE, content.statePath);
      for (let number = 1; ; number++) {
        const part = await content.history.next();
        if (part === undefined) break;
        try {
          await this.#file(partName(number, part.table), part.path);
        } finally {
          await rm(part.path, { force: true });
        }
      }
      await this.#text(CHECKSUMS, { files: this.#files });
      this.#packer.finalize();
    } catch (error) {
      this.#packer.error(error);
      throw error;
    }
  }

  async #text(name: string, value: unknown): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
    await this.#entry({ name, size: bytes.length }, [bytes]);
  }

  async #file(name: string, path: string): Promise<void> {
    const { size } = await stat(path);
    await this.#entry({ name, size }, createReadStream(path, { highWaterMark: 256 * 1024 }));
  }

  async #entry(
    header: { name: string; size: number },
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const hash = createHash('sha256');
    const entry = this.#packer.add({ ...header, type: 'file', mode: 0o600, mtime: new Date() });
    const writer = entry.getWriter();
    for await (const piece of pieces) {
      hash.update(piece);
      await writer.write(piece);
    }
    await writer.close();
    this.#files.push({ name: header.name, bytes: header.size, sha256: hash.digest('hex') });
  }
}
