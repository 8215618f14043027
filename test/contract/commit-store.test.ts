import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { commitStoreContract } from '#storage/contract/commit-store.contract.ts';
import { openEmbeddedState } from '#storage/embedded/open-state.ts';
import { encodeJournal } from '#storage/journal.ts';

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'vigie-commit-'));
}

commitStoreContract('embedded', async () => {
  const dir = folder();
  let open = await openEmbeddedState(dir);
  return {
    get commits() {
      return open.commits;
    },
    get state() {
      return open.state;
    },
    async reopen() {
      await open.close();
      open = await openEmbeddedState(dir);
    },
    async close() {
      await open.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});

test('a folder in use is refused with the process that holds it', async () => {
  const dir = folder();
  const open = await openEmbeddedState(dir);
  onTestFinished(async () => {
    await open.close();
    rmSync(dir, { recursive: true, force: true });
  });
  await expect(openEmbeddedState(dir)).rejects.toThrow(`process ${process.pid}`);
});

test('a file that is no database is refused and left as it is', async () => {
  const dir = folder();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'vigie.db'), 'x'.repeat(10_000));
  await expect(openEmbeddedState(dir)).rejects.toMatchObject({ code: 'storage_unavailable' });
});

test('a database with a damaged middle is refused with a clear message', async () => {
  const dir = folder();
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'vigie.db'), `SQLite format 3\0${'y'.repeat(20_000)}`);
  await expect(openEmbeddedState(dir)).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringContaining('vigie.db'),
  });
});

test('journal rows that are large together come in portions, each once and in order', async () => {
  const dir = folder();
  const open = await openEmbeddedState(dir);
  onTestFinished(async () => {
    await open.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const count = 150_000;
  const large = encodeJournal({
    count,
    series: new Int32Array(count),
    timesMs: new Float64Array(count),
    values: new Float64Array(count),
    replacing: new Int32Array(0),
  });
  const database = new DatabaseSync(join(dir, 'vigie.db'));
  const insert = database.prepare('INSERT INTO journal VALUES (?, 0, ?)');
  for (let id = 1; id <= 10; id++) insert.run(id, large);
  database.close();
  const read: number[] = [];
  for await (const { id } of open.commits.journalAfter(0)) read.push(id);
  expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
