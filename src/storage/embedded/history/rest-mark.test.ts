import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createJournalFile } from '#test/support/journal-file.ts';
import { openEmbeddedHistory } from './embedded-history.ts';
import { leaveRestMark, readRestMark } from './rest-mark.ts';

const SAMPLES = {
  count: 2,
  series: Int32Array.of(1, 1),
  timesMs: Float64Array.of(1000, 2000),
  values: Float64Array.of(20, 21),
  replacing: new Int32Array(0),
};

/** A data folder whose history was closed in good order with two samples in it. */
async function createRested() {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-rest-'));
  const journal = createJournalFile(dataDir);
  onTestFinished(() => {
    journal.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const errors: Error[] = [];
  const open = async () => {
    const onError = (error: Error) => void errors.push(error);
    const history = await openEmbeddedHistory({ dataDir, mayRest: true, onError });
    onTestFinished(() => history.close());
    return history;
  };
  const history = await open();
  expect(history.isAtRest).toBe(false);
  const id = journal.commit(SAMPLES, 0);
  await history.sync(id);
  await history.close();
  return { dataDir, journal, open, id, errors, path: join(dataDir, 'history.duckdb') };
}

test('a history closed in good order rests until it is asked, and then knows everything', async () => {
  const { open, id } = await createRested();
  const history = await open();
  expect([history.isAtRest, history.loadedThrough()]).toEqual([true, id]);
  await history.check();
  history.notify(id);
  expect(history.isAtRest).toBe(true);
  const range = { seriesId: 1, fromMs: 0, toMs: 5000, limit: 10 };
  const asked = await Promise.all([history.samples(range), history.count()]);
  expect([[...asked[0].values], asked[1]]).toEqual([[20, 21], 2]);
  expect(history.isAtRest).toBe(false);
});

test('closed without having been woken, it rests again', async () => {
  const { open } = await createRested();
  await (await open()).close();
  expect((await open()).isAtRest).toBe(true);
});

test('a commit wakes a history at rest, which loads it', async () => {
  const { open, journal } = await createRested();
  const history = await open();
  const id = journal.commit({ ...SAMPLES, timesMs: Float64Array.of(3000, 4000) }, 0);
  history.notify(id);
  await history.sync(id);
  expect([history.loadedThrough(), await history.count()]).toEqual([id, 4]);
});

test('a history that is closed while it wakes closes in good order', async () => {
  const { open, dataDir, id } = await createRested();
  const history = await open();
  const asked = history.count().catch((error: Error) => error);
  await history.close();
  await asked;
  expect(readRestMark(dataDir)).toBe(id);
});

test('a file that is not as it was left is opened at the start, and refused there', async () => {
  const { open, path } = await createRested();
  writeFileSync(path, 'not a history');
  await expect(open()).rejects.toThrow(/history\.duckdb cannot be opened/);
});

test('a history that cannot be woken fails what was asked, and says so', async () => {
  const { open, errors, dataDir } = await createRested();
  const history = await open();
  rmSync(join(dataDir, 'vigie.db'));
  await expect(history.count()).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(errors).toHaveLength(1);
  expect(history.isAtRest).toBe(false);
});

test('an open history has no mark, so that a crash leaves none', async () => {
  const { open, dataDir } = await createRested();
  const history = await open();
  await history.count();
  expect(readRestMark(dataDir)).toBeUndefined();
});

test('a mark counts for nothing beside a changed file, a log of it, or when it is damaged', async () => {
  const { dataDir, path, id } = await createRested();
  expect(readRestMark(dataDir)).toBe(id);
  utimesSync(path, 1, 1);
  expect(readRestMark(dataDir)).toBeUndefined();
  leaveRestMark(dataDir, id);
  expect(readRestMark(dataDir)).toBe(id);
  writeFileSync(`${path}.wal`, '');
  expect(readRestMark(dataDir)).toBeUndefined();
  rmSync(`${path}.wal`);
  writeFileSync(join(dataDir, 'history.rest.json'), '{"loadedId":');
  expect(readRestMark(dataDir)).toBeUndefined();
});
