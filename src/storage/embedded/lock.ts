import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { VigieError } from '#domain/errors.ts';

/**
 * Takes the data folder for this process; returns how to give it back. A lock whose process is gone
 * (killed, or the machine restarted) is taken over.
 * Throws `storage_unavailable` where another live process holds it.
 */
export function lockFolder(dataDir: string): () => void {
  const path = join(dataDir, 'vigie.lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx');
      writeSync(file, lockText());
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST') {
        throw new VigieError(
          'storage_unavailable',
          `The data folder ${dataDir} cannot be written to: ${(error as Error).message}`,
        );
      }
    }
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new VigieError(
        'storage_unavailable',
        `The data folder ${dataDir} is in use by process ${holder.pid}. Stop it, or set VIGIE_DATA_DIR to another folder.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new VigieError('storage_unavailable', `The lock ${path} cannot be taken.`);
}

/** Whether another live process works in the folder. */
export function isFolderInUse(dataDir: string): boolean {
  const holder = readHolder(join(dataDir, 'vigie.lock'));
  return holder !== undefined && isAlive(holder);
}

interface Holder {
  pid: number;
  /** Start of the process, so that a process id used again is not taken for the holder. */
  started: string;
}

function lockText(): string {
  return `${process.pid} ${startOf(process.pid)}\n`;
}

function readHolder(path: string): Holder | undefined {
  try {
    const [pid, started = ''] = readFileSync(path, 'utf8').trim().split(' ');
    return pid && Number.isInteger(Number(pid)) ? { pid: Number(pid), started } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) return startOf(process.pid) === holder.started;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(holder.pid);
  return started === '' || holder.started === '' || started === holder.started;
}

/** Clock ticks since boot at which a process began (Linux, proc(5) field 22); '' where that is not to be had. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
