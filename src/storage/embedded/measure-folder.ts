import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageUse } from '../storage-meter.ts';

/** The files of a data folder: the two databases with what lies beside them, and the rest. */
export async function measureFolder(dataDir: string): Promise<StorageUse> {
  const bytes = { readings: 0, state: 0, other: 0 };
  for (const file of await filesOf(dataDir)) {
    bytes[partOf(file.name)] += file.bytes;
  }
  const { bavail, bsize } = await statfs(dataDir);
  return {
    engine: 'SQLite, DuckDB',
    place: dataDir,
    bytes: bytes.readings + bytes.state + bytes.other,
    parts: Object.entries(bytes).map(([name, size]) => ({
      name: name as keyof typeof bytes,
      bytes: size,
    })),
    freeBytes: bavail * bsize,
  };
}

function partOf(name: string): 'readings' | 'state' | 'other' {
  if (name.startsWith('history.duckdb')) return 'readings';
  return name.startsWith('vigie.db') ? 'state' : 'other';
}

/** Of the folder and of those in it (work under way); a file that goes meanwhile is none. */
async function filesOf(folder: string, depth = 1): Promise<{ name: string; bytes: number }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(gone([]));
  const files = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth > 0 ? filesOf(path, depth - 1) : [];
    const found = await stat(path).catch(gone(undefined));
    return found === undefined ? [] : [{ name: entry.name, bytes: found.size }];
  });
  return (await Promise.all(files)).flat();
}

function gone<T>(instead: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}
