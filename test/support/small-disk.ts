import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './spawn-platform.ts';

export const MIB = 1024 * 1024;

/** Why a small disk cannot be had here; undefined where it can. Root on Linux must be able to where CI asks for it. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'a small disk is mounted on Linux alone';
  if (process.getuid?.() !== 0) return 'only root may mount a small disk';
  const probe = temporaryFolder('mount');
  const { status } = mount(probe.path, 'size=1m');
  if (status === 0) spawnSync('umount', [probe.path]);
  probe.remove();
  if (status === 0 || process.env.CI === 'true') return undefined;
  return 'this machine does not let root mount a small disk';
}

export interface SmallDisk {
  readonly path: string;
  freeBytes(): number;
  /** Leaves so many bytes free; `release` takes it back. */
  fill(leftBytes: number): void;
  release(): void;
  /** Makes the whole disk so large. */
  resize(mib: number): void;
}

function mount(path: string, options: string) {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
}

/** A file system of its own in memory, gone when the test is. */
export function mountSmallDisk(mib: number): SmallDisk {
  const { path, remove } = temporaryFolder('disk');
  onTestFinished(remove);
  const { status, stderr } = mount(path, `size=${mib}m`);
  if (status !== 0) throw new Error(`no small disk: ${stderr}`);
  // Lazily: the platform may hold files there until the last moment.
  onTestFinished(() => void spawnSync('umount', ['-l', path]));
  const ballast = join(path, 'ballast');
  const disk: SmallDisk = {
    path,
    freeBytes() {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    fill(leftBytes) {
      writeFileSync(ballast, Buffer.alloc(Math.max(0, disk.freeBytes() - leftBytes)));
    },
    release: () => rmSync(ballast, { force: true }),
    resize(to) {
      const options = `remount,size=${to}m`;
      const result = spawnSync('mount', ['-o', options, path]);
      if (result.status !== 0) throw new Error(`not resized: ${result.stderr}`);
    },
  };
  return disk;
}
