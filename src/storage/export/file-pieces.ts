import { type FileHandle, open, rm } from 'node:fs/promises';

// Tested by: test/contract/history-store.test.ts

const PIECE_BYTES = 256 * 1024;

/** A Parquet file ends with its index, so it is written whole before its first byte can go out. */
export async function* filePieces(
  path: string,
  write: () => Promise<void>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let file: FileHandle | undefined;
  try {
    await write();
    file = await open(path);
    for (;;) {
      const piece = new Uint8Array(PIECE_BYTES);
      const { bytesRead } = await file.read(piece);
      if (bytesRead === 0) return;
      yield bytesRead === piece.length ? piece : piece.slice(0, bytesRead);
    }
  } finally {
    await file?.close();
    await rm(path, { force: true });
  }
}
