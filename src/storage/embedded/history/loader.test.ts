import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createJournalFile, type JournalFile } from '#test/support/journal-file.ts';
import type { Connection } from './duckdb.ts';
import { HistoryFile } from './history-file.ts';
import { JournalReader } from './journal-reader.ts';
import { Loader, type LoaderSizes } from './loader.ts';

const SIZES: LoaderSizes = {
  portion: 1000,
  small: 100,
  sortAt: 400,
  sortAlwaysAt: 2000,
  mergeAt: 3000,
  mergeMax: 4000,
  slice: 700,
};

interface Bench {
  loader: Loader;
  journal: JournalFile;
  errors: Error[];
  loadedIds: number[];
  rowsIn(table: 'recent' | 'runs' | 'samples'): Promise<number>;
  /** Every stored sample as series, time, value; in order. */
  everything(): Promise<number[][]>;
}

async function createBench(sizes: LoaderSizes = SIZES): Promise<Bench> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-loader-'));
  const journal = createJournalFile(dataDir);
  const file = await HistoryFile.open({ dataDir, memoryLimitMb: 64, threads: 1 });
  const errors: Error[] = [];
  const loadedIds: number[] = [];
  const loader = await Loader.start({
    file,
    journal: JournalReader.open(join(dataDir, 'vigie.db'), file.lastJournalId),
    sizes,
    onLoaded: (id) => loadedIds.push(id),
    onError: (error) => errors.push(error),
    isBusy: () => false,
  });
  const reader = await file.connect();
  onTestFinished(async () => {
    await loader.stop();
    file.close();
    journal.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return {
    loader,
    journal,
    errors,
    loadedIds,
    rowsIn: async (table) => (await countIn(reader, table)) ?? Number.NaN,
    everything: () => everythingIn(reader),
  };
}

async function countIn(reader: Connection, table: string): Promise<number | undefined> {
  return (await reader.columns(`SELECT count(*) FROM history.${table}`, ['bigint']))[0]?.[0];
}

async function everythingIn(reader: Connection): Promise<number[][]> {
  const columns = await reader.columns(
    `SELECT series, time, value
     FROM (FROM history.samples UNION ALL FROM history.runs UNION ALL FROM history.recent)
     ORDER BY series, time, value`,
    ['integer', 'timestamp', 'double'],
  );
  return Array.from(columns[0] ?? [], (_, i) => columns.map((column) => column[i] ?? Number.NaN));
}

/** Samples `first` … of 10 series by turns, a second between two of one series; `value` is added to each. */
function columnsFrom(first: number, count: number, value = 0) {
  const index = Array.from({ length: count }, (_, i) => first + i);
  return {
    count,
    series: Int32Array.from(index, (i) => i % 10),
    timesMs: Float64Array.from(index, (i) => Math.floor(i / 10) * 1000),
    values: Float64Array.from(index, (i) => i + value),
    replacing: new Int32Array(0),
  };
}

function expectedRows(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => [i % 10, Math.floor(i / 10) * 1000, i]).sort(
    (a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0),
  );
}

test('a small portion lies in recent and a large one is a run of its own', async () => {
  const { loader, journal, rowsIn, everything, loadedIds } = await createBench();
  journal.commit(columnsFrom(0, 50), 1);
  await loader.sync();
  expect([await rowsIn('recent'), await rowsIn('runs')]).toEqual([50, 0]);
  journal.commit(columnsFrom(50, 600), 1);
  journal.commit(columnsFrom(650, 600), 1);
  journal.commit(columnsFrom(1250, 30), 1);
  await loader.sync();
  expect([await rowsIn('recent'), await rowsIn('runs')]).toEqual([80, 1200]);
  expect(loadedIds).toEqual([1, 3, 4]);
  expect(await everything()).toEqual(expectedRows(1280));
});

test('samples move from recent over runs to samples by and by, and none is lost or doubled', async () => {
  const { loader, journal, rowsIn, everything, errors } = await createBench();
  for (let first = 0; first < 9000; first += 450) {
    journal.commit(columnsFrom(first, 450), 1);
    if (first % 900 === 0) await loader.sync();
    loader.notify();
  }
  await vi.waitFor(
    async () => {
      expect(await rowsIn('samples')).toBeGreaterThanOrEqual(6000);
      expect(await rowsIn('runs')).toBeLessThan(3000);
    },
    { timeout: 10_000, interval: 50 },
  );
  expect(await everything()).toEqual(expectedRows(9000));
  expect(errors).toEqual([]);
});

test('a replacement finds the stored sample in whichever table it lies', async () => {
  const { loader, journal, rowsIn, everything } = await createBench();
  const { count, ...rest } = columnsFrom(0, 4000);
  journal.commit({ count, ...rest }, 1);
  await loader.sync();
  loader.notify();
  await vi.waitFor(async () => expect(await rowsIn('samples')).toBe(4000), { timeout: 10_000 });
  journal.commit(columnsFrom(4000, 1000), 1);
  await loader.sync();
  journal.commit(columnsFrom(5000, 20), 1);
  await loader.sync();
  expect([await rowsIn('runs'), await rowsIn('recent')]).toEqual([1000, 20]);
  const replaced = [7, 4007, 5007];
  const replacement = columnsFrom(0, 6000, 0.5);
  const at = (array: Float64Array | Int32Array) => replaced.map((i) => array[i] ?? 0);
  journal.commit(
    {
      count: 3,
      series: Int32Array.from(at(replacement.series)),
      timesMs: Float64Array.from(at(replacement.timesMs)),
      values: Float64Array.from(at(replacement.values)),
      replacing: Int32Array.of(0, 1, 2),
    },
    1,
  );
  await loader.sync();
  const expected = expectedRows(5020).map(([series = 0, timeMs = 0, value = 0]) => [
    series,
    timeMs,
    replaced.includes(value) ? value + 0.5 : value,
  ]);
  expect(await everything()).toEqual(expected);
});

test('very many replacements at once find their samples too', async () => {
  const { loader, journal, everything } = await createBench();
  journal.commit(columnsFrom(0, 4000), 1);
  journal.commit(columnsFrom(4000, 30), 1);
  await loader.sync();
  const columns = columnsFrom(0, 4030, 0.5);
  journal.commit({ ...columns, replacing: Int32Array.from({ length: 4030 }, (_, i) => i) }, 1);
  await loader.sync();
  expect(await everything()).toEqual(
    expectedRows(4030).map(([series = 0, timeMs = 0, value = 0]) => [series, timeMs, value + 0.5]),
  );
});

test('a damaged journal row is reported and tried again until it can be read', async () => {
  const { loader, journal, errors, everything, loadedIds } = await createBench();
  journal.commit(columnsFrom(0, 30), 1);
  await loader.sync();
  journal.commitBytes(Uint8Array.of(1, 2, 3), 1);
  journal.commit(columnsFrom(30, 30), 1);
  await expect(loader.sync()).rejects.toThrow(/journal row 2: .*damaged/);
  loader.notify();
  await vi.waitFor(() => expect(errors.length).toBeGreaterThanOrEqual(2), { timeout: 10_000 });
  expect(await everything()).toEqual(expectedRows(30));
  journal.run('DELETE FROM journal WHERE id = 2');
  await vi.waitFor(() => expect(loadedIds).toEqual([1, 3]), { timeout: 10_000 });
  expect(await everything()).toEqual(expectedRows(60));
});

test('what was committed without a word is found by itself', async () => {
  const { journal, loadedIds } = await createBench();
  await new Promise((resolve) => setTimeout(resolve, 700));
  journal.commit(columnsFrom(0, 10), 1);
  await vi.waitFor(() => expect(loadedIds).toEqual([1]), { timeout: 10_000, interval: 50 });
});

test('a growing portion waits to become a run, and a question does not wait for it', async () => {
  const { loader, journal, rowsIn, loadedIds } = await createBench();
  journal.commit(columnsFrom(0, 300), 1);
  loader.notify();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(loadedIds).toEqual([]);
  await loader.sync();
  expect(await rowsIn('recent')).toBe(300);
});
