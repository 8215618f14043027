import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What a history that was closed in good order leaves beside its file: how far it was loaded, and what the file looked
 * like. While the file still looks like that, it need not be opened to know what is in it.
 */
interface RestMark {
  loadedId: number;
  sizeBytes: string;
  modifiedNs: string;
}

const markPath = (dataDir: string): string => join(dataDir, 'history.rest.json');

/** To be called with the history file closed. Where a log of it is left over, it was not closed in good order. */
export function leaveRestMark(dataDir: string, loadedId: number): void {
  const seen = lookAt(dataDir);
  if (seen) writeFileSync(markPath(dataDir), JSON.stringify({ loadedId, ...seen }));
}

/** To be called before the file is opened. */
export function removeRestMark(dataDir: string): void {
  rmSync(markPath(dataDir), { force: true });
}

/** The journal row through which the history is loaded; undefined where only the file itself can tell. */
export function readRestMark(dataDir: string): number | undefined {
  try {
    const mark = JSON.parse(readFileSync(markPath(dataDir), 'utf8')) as RestMark;
    const seen = lookAt(dataDir);
    const isAsLeft = seen?.sizeBytes === mark.sizeBytes && seen.modifiedNs === mark.modifiedNs;
    return isAsLeft && Number.isSafeInteger(mark.loadedId) ? mark.loadedId : undefined;
  } catch {
    return undefined;
  }
}

function lookAt(dataDir: string): Omit<RestMark, 'loadedId'> | undefined {
  const path = join(dataDir, 'history.duckdb');
  if (existsSync(`${path}.wal`)) return undefined;
  const { size, mtimeNs } = statSync(path, { bigint: true });
  return { sizeBytes: String(size), modifiedNs: String(mtimeNs) };
}
