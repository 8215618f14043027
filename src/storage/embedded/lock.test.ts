import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { lockFolder } from './lock.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'vigie-lock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a held folder is refused with the holder named, and free again after the release', () => {
  const dir = folder();
  const unlock = lockFolder(dir);
  expect(() => lockFolder(dir)).toThrow(String(process.pid));
  unlock();
  lockFolder(dir)();
});

test('the lock of a process that is gone is taken over', () => {
  const dir = folder();
  writeFileSync(join(dir, 'vigie.lock'), '4194305 123\n');
  lockFolder(dir)();
});

test('a process id that was used again does not hold the lock', () => {
  const dir = folder();
  writeFileSync(join(dir, 'vigie.lock'), `${process.pid} 1\n`);
  lockFolder(dir)();
});

test('a damaged lock file is taken over', () => {
  const dir = folder();
  writeFileSync(join(dir, 'vigie.lock'), '');
  lockFolder(dir)();
});
