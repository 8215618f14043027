import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '#test/support/spawn-platform.ts';
import { makeFolder } from './make-folder.ts';

function ownFolder(): string {
  const { path, remove } = temporaryFolder('make-folder');
  onTestFinished(remove);
  return path;
}

test('missing folders are made, those that are there stay', () => {
  const path = ownFolder();
  const folder = join(path, 'a', 'b');
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

test('a file in the way is said', () => {
  const path = ownFolder();
  writeFileSync(join(path, 'file'), '');
  expect(() => makeFolder(join(path, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolder(join(path, 'file', 'below'))).toThrow(/ENOTDIR|EEXIST/);
});

test.runIf(existsSync('/proc/self'))('a folder that takes no entries is said, at once', () => {
  expect(() => makeFolder('/proc/vigie/data')).toThrow(/ENOENT/);
});
