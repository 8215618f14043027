import { createWriteStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { emptyUnit } from '#test/support/commit-units.ts';
import { temporaryFolder } from '#test/support/spawn-platform.ts';
import type { Connection } from '../history/duckdb.ts';
import { HistoryFile } from '../history/history-file.ts';
import { SET_LAST_JOURNAL_ID } from '../history/queries.ts';
import { openEmbeddedState } from '../open-state.ts';
import { backupFolder } from './backup-folder.ts';
import { packBackup } from './pack-backup.ts';
import { restoreFolder } from './restore-folder.ts';

function folder(): string {
  const { path, remove } = temporaryFolder('backup');
  onTestFinished(remove);
  return path;
}

async function openHistory(dataDir: string) {
  const file = await HistoryFile.open({ dataDir, memoryLimitMb: 64, threads: 2 });
  onTestFinished(() => file.close());
  return { file, connection: await file.connect() };
}

/** So many rows in a table, in no order, the times from `from` on. */
function fill(table: string, from: number, rows: number): string {
  return `INSERT INTO history.${table}
    SELECT (range * 7919 % 1000)::INTEGER, make_timestamp(range * 1000), range / 7.0, make_timestamp(range)
    FROM range(${from}, ${from + rows})`;
}

/** Order and values of a table in one number, and how many there are. */
async function digestOf(connection: Connection, table: string): Promise<number[]> {
  const columns = await connection.columns(
    `SELECT count(*), coalesce(sum(hash(place, series, time, value, received) % 1000003)::BIGINT, 0)
     FROM (SELECT row_number() OVER () AS place, * FROM history.${table})`,
    ['bigint', 'bigint'],
  );
  return columns.map(([value]) => value ?? 0);
}

async function folderWith(statements: readonly string[]): Promise<string> {
  const dataDir = folder();
  const state = await openEmbeddedState(dataDir);
  await state.commits.probe();
  await state.close();
  const { file, connection } = await openHistory(dataDir);
  for (const sql of statements) await connection.run(sql);
  file.close();
  return dataDir;
}

test('every table of a history comes back with its rows in their order, gaps left out', async () => {
  const dataDir = await folderWith([
    fill('samples', 0, 4_100_000),
    'DELETE FROM history.samples WHERE series BETWEEN 100 AND 300',
    fill('runs', 5_000_000, 700_000),
    fill('recent', 6_000_000, 12_345),
  ]);
  const backup = join(folder(), 'backup.tar');
  const steps: string[] = [];
  await pipeline(backupFolder(dataDir, '1.2.3'), createWriteStream(backup));
  const target = folder();
  const { manifest } = await restoreFolder({
    file: backup,
    dataDir: target,
    isForced: false,
    onProgress: (step, done, total) => steps.push(`${step} ${done}/${total}`),
  });
  expect(manifest).toMatchObject({ version: '1.2.3', history: { parts: 5, journal_id: 0 } });
  expect(steps.slice(4, 6)).toEqual(['verify 5/5', 'restore 1/5']);
  expect(readdirSync(target).sort()).toEqual(['history.duckdb', 'vigie.db']);
  const [before, after] = [await openHistory(dataDir), await openHistory(target)];
  for (const table of ['samples', 'runs', 'recent']) {
    const expected = await digestOf(before.connection, table);
    expect(expected[0]).toBeGreaterThan(0);
    expect(await digestOf(after.connection, table)).toEqual(expected);
  }
});

test('a backup given up in the middle leaves nothing behind, and its folder can be opened', async () => {
  const dataDir = await folderWith([fill('samples', 0, 2_500_000)]);
  for await (const _piece of backupFolder(dataDir, '1.2.3')) break;
  expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
  await (await openEmbeddedState(dataDir)).close();
});

test('what fails while nobody reads is told at the next piece', async () => {
  const dataDir = await folderWith([]);
  const moment = { layout: 1, journalId: 0, samples: 0, parts: 1 };
  const pieces = packBackup({
    version: '1.2.3',
    statePath: join(dataDir, 'vigie.db'),
    tempDir: dataDir,
    holdJournal: () => () => undefined,
    openHistory: async () => ({
      moment,
      next: () => Promise.reject(new Error('the history is gone')),
      close: async () => undefined,
    }),
  });
  await pieces.next();
  await sleep(100);
  const rest = async () => {
    for await (const _piece of pieces);
  };
  await expect(rest()).rejects.toThrow('the history is gone');
});

test('an archive whose history ran ahead of its state is refused', async () => {
  const dataDir = await folderWith([fill('recent', 0, 10)]);
  const { file, connection } = await openHistory(dataDir);
  await connection.change(SET_LAST_JOURNAL_ID, [{ int: 7 }]);
  file.close();
  const backup = join(folder(), 'backup.tar');
  await pipeline(backupFolder(dataDir, '1.2.3'), createWriteStream(backup));
  const target = folder();
  const restoring = restoreFolder({ file: backup, dataDir: target, isForced: false });
  await expect(restoring).rejects.toThrow(/its state is older than its history/);
  expect(readdirSync(target)).toEqual([]);
});

test('while a backup looks at the history and copies the state, the journal forgets nothing', async () => {
  const dataDir = folder();
  const state = await openEmbeddedState(dataDir);
  onTestFinished(() => state.close());
  await state.commits.commit({ ...emptyUnit(1, oneSample()), receivedMs: 1 }, 1);
  const journal = async () => {
    const ids: number[] = [];
    for await (const { id } of state.commits.journalAfter(0)) ids.push(id);
    return ids;
  };
  const release = state.holdJournal();
  await state.commits.trimJournal(1);
  expect(await journal()).toEqual([1]);
  release();
  await state.commits.trimJournal(1);
  expect(await journal()).toEqual([]);
  const opening = Promise.reject(new Error('the history is away'));
  let isHeld = false;
  const pieces = packBackup({
    version: '1.2.3',
    statePath: join(dataDir, 'vigie.db'),
    tempDir: dataDir,
    holdJournal() {
      isHeld = true;
      return () => {
        isHeld = false;
      };
    },
    openHistory: () => {
      expect(isHeld).toBe(true);
      return opening;
    },
  });
  await expect(pieces.next()).rejects.toThrow('the history is away');
  expect(isHeld).toBe(false);
});

function oneSample() {
  return {
    count: 1,
    timesMs: Float64Array.of(1),
    values: Float64Array.of(1),
    series: Int32Array.of(1),
    replacing: new Int32Array(0),
  };
}
