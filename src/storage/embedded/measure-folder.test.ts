import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '#test/support/spawn-platform.ts';
import { measureFolder } from './measure-folder.ts';

test('the files of a data folder are added up by what they hold', async () => {
  const folder = temporaryFolder('measure');
  onTestFinished(folder.remove);
  const write = (name: string, bytes: number) =>
    writeFileSync(join(folder.path, name), 'x'.repeat(bytes));
  mkdirSync(join(folder.path, 'tmp'));
  write('history.duckdb', 1000);
  write('history.duckdb.wal', 200);
  write('vigie.db', 300);
  write('vigie.db-wal', 40);
  write('vigie.lock', 5);
  write('tmp/export-1.parquet', 60);
  const use = await measureFolder(folder.path);
  expect(use).toMatchObject({
    place: folder.path,
    bytes: 1605,
    parts: [
      { name: 'readings', bytes: 1200 },
      { name: 'state', bytes: 340 },
      { name: 'other', bytes: 65 },
    ],
  });
  expect(use.freeBytes).toBeGreaterThan(0);
});
