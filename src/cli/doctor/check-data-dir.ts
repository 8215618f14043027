import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { formatBytes } from '../progress.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

// Tested by: cli/doctor.test.ts

const FEW_BYTES = 200_000_000;
const SOME_BYTES = 2_000_000_000;

/** Can it be written to, is there room, is a platform using it? Leaves nothing behind. */
export function checkDataDir(dataDir: string, isAnswering: boolean): Finding[] {
  const place = nearestFolder(dataDir);
  const findings = [checkWritable(dataDir, place)];
  if (findings[0]?.state === 'fail') return findings;
  findings.push(checkSpace(place));
  if (place === dataDir) findings.push(checkLock(dataDir, isAnswering));
  return findings;
}

/** The folder itself, or the one in which it would be made. */
function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function checkWritable(dataDir: string, place: string): Finding {
  const probe = join(place, `.vigie-doctor-${process.pid}`);
  try {
    if (!statSync(place).isDirectory()) {
      return fail('data folder', [`${place} is no folder`, 'set VIGIE_DATA_DIR to a folder']);
    }
    writeFileSync(probe, 'x', { flush: true });
    rmSync(probe);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const advice =
      code === 'ENOSPC'
        ? 'make room on the disk'
        : 'give this user the right to write there, or set VIGIE_DATA_DIR';
    return fail('data folder', [`${place} cannot be written to (${code})`, advice]);
  }
  return ok('data folder', place === dataDir ? dataDir : `${dataDir} will be made`);
}

function checkSpace(place: string): Finding {
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free`;
  if (free < FEW_BYTES) {
    return fail('disk', [detail, 'make room, or set VIGIE_RETENTION so that old readings go']);
  }
  if (free < SOME_BYTES) {
    return warn('disk', [detail, 'make room soon, or set VIGIE_RETENTION so that old readings go']);
  }
  return ok('disk', detail);
}

function checkLock(dataDir: string, isAnswering: boolean): Finding {
  let holder: number;
  try {
    holder = Number(readFileSync(join(dataDir, 'vigie.lock'), 'utf8').trim().split(' ')[0]);
  } catch {
    return ok('lock', 'no platform uses the data folder');
  }
  if (Number.isInteger(holder) && holder > 0 && isAlive(holder)) {
    const detail = `process ${holder} uses the data folder`;
    if (isAnswering) return ok('lock', detail);
    return warn('lock', [
      `${detail}, but no platform answers`,
      'it may be starting, or listen elsewhere; else stop that process',
    ]);
  }
  return ok('lock', 'left by a process that is gone; the next start takes it over');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A file from the future says that the clock went back. */
export function checkClock(dataDir: string, nowMs: number): Finding {
  const detail = new Date(nowMs).toISOString();
  const advice = 'set the clock, for instance by NTP: readings are judged by it';
  if (nowMs < Date.UTC(2026, 0, 1)) return fail('clock', [`${detail} is long past`, advice]);
  const newest = newestFileMs(dataDir);
  if (newest > nowMs + 60_000) {
    const when = new Date(newest).toISOString();
    return fail('clock', [`${detail}, but data were written at ${when}`, advice]);
  }
  return ok('clock', detail);
}

function newestFileMs(dataDir: string): number {
  try {
    return Math.max(
      0,
      ...readdirSync(dataDir).map((name) => statSync(join(dataDir, name)).mtimeMs),
    );
  } catch {
    return 0;
  }
}
