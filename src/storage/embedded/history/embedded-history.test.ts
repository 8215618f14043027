import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { CRASH_SERIES, crashValues } from '#test/support/crash-columns.ts';
import { createJournalFile, type JournalFile } from '#test/support/journal-file.ts';
import { openDatabase } from './duckdb.ts';
import {
  type EmbeddedHistory,
  type EmbeddedHistoryOptions,
  openEmbeddedHistory,
} from './embedded-history.ts';

const ALWAYS = { fromMs: -1e15, toMs: 1e15 };

function createDataDir(): { dataDir: string; journal: JournalFile } {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-history-'));
  const journal = createJournalFile(dataDir);
  onTestFinished(() => {
    journal.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { dataDir, journal };
}

async function open(options: Partial<EmbeddedHistoryOptions> & { dataDir: string }) {
  const errors: Error[] = [];
  const history = await openEmbeddedHistory({ onError: (error) => errors.push(error), ...options });
  onTestFinished(() => history.close());
  return { history, errors };
}

function columnsOf(count: number, series = 1) {
  return {
    count,
    series: new Int32Array(count).fill(series),
    timesMs: Float64Array.from({ length: count }, (_, i) => i * 1000),
    values: Float64Array.from({ length: count }, (_, i) => i),
    replacing: new Int32Array(0),
  };
}

/** Starts the process, lets it commit and load for a while, and kills it outright. Answers the rows it told of. */
async function runAndKill(dataDir: string, lifeMs: number): Promise<number> {
  const script = fileURLToPath(
    new URL('../../../../test/support/load-history.ts', import.meta.url),
  );
  const child: ChildProcess = spawn(process.execPath, [script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('the process has no output');
  let committed = 0;
  const lines = createInterface(child.stdout);
  const first = once(lines, 'line');
  lines.on('line', (line) => {
    committed = Number(line.split(' ')[1]);
  });
  await first;
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  child.kill('SIGKILL');
  await once(child, 'close');
  return committed;
}

test('killed at any moment, nothing committed is lost and nothing is stored twice', async () => {
  const { dataDir } = createDataDir();
  let told = 0;
  for (const lifeMs of [30, 170, 333, 610, 75]) told = await runAndKill(dataDir, lifeMs);
  const rows = createLastId(dataDir);
  expect(rows).toBeGreaterThanOrEqual(told);
  const { history, errors } = await open({ dataDir });
  for (let seriesId = 0; seriesId < CRASH_SERIES; seriesId++) {
    const slice = await history.samples({ seriesId, ...ALWAYS, limit: 10_000_000 });
    const expected = crashValues(seriesId, rows);
    expect([...slice.values]).toEqual(expected);
    expect(slice.timesMs.at(-1)).toBe((expected.length - 1) * 1000);
  }
  expect(errors).toEqual([]);
}, 60_000);

function createLastId(dataDir: string): number {
  const journal = createJournalFile(dataDir);
  const { lastId } = journal;
  journal.close();
  return lastId;
}

test('what is loaded is told once, and a new start knows it', async () => {
  const { dataDir, journal } = createDataDir();
  const told: number[] = [];
  const first = await openEmbeddedHistory({
    dataDir,
    onLoaded: (id) => told.push(id),
    onError: () => undefined,
  });
  first.notify(journal.commit(columnsOf(10), 0));
  const id = journal.commit(columnsOf(10, 2), 0);
  await first.sync(id);
  expect(first.loadedThrough()).toBe(id);
  expect(told.at(-1)).toBe(id);
  await first.close();
  journal.trim(id);
  const { history } = await open({ dataDir });
  expect(history.loadedThrough()).toBe(id);
  expect(await history.count()).toBe(20);
});

test('a file that is no history is refused with its name and what to do', async () => {
  const { dataDir } = createDataDir();
  writeFileSync(join(dataDir, 'history.duckdb'), 'x'.repeat(20_000));
  const opening = openEmbeddedHistory({ dataDir, onError: () => undefined });
  await expect(opening).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringMatching(/history\.duckdb cannot be opened\. Restore it from a backup/),
  });
});

test('a history that another process has open is refused with what to do', async () => {
  const { dataDir } = createDataDir();
  const script = fileURLToPath(
    new URL('../../../../test/support/load-history.ts', import.meta.url),
  );
  const other = spawn(process.execPath, [script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  const opening = openEmbeddedHistory({ dataDir, onError: () => undefined });
  await expect(opening).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: expect.stringMatching(/Another process has it open: stop that process/),
  });
  other.kill('SIGKILL');
  await once(other, 'close');
});

test('a history of a newer layout is refused, not rewritten', async () => {
  const { dataDir } = createDataDir();
  await (await openEmbeddedHistory({ dataDir, onError: () => undefined })).close();
  const database = await openDatabase(join(dataDir, 'history.duckdb'), {});
  const connection = await database.connect();
  await connection.run('UPDATE meta SET layout = 99');
  connection.close();
  database.close();
  const opening = openEmbeddedHistory({ dataDir, onError: () => undefined });
  await expect(opening).rejects.toThrow('its layout is 99, and this version knows 1');
});

test('a journal from another time is refused: its rows would be taken for loaded ones', async () => {
  const { dataDir, journal } = createDataDir();
  const { history } = await open({ dataDir });
  for (let i = 0; i < 5; i++) journal.commit(columnsOf(1, i), 0);
  await history.sync(5);
  await history.close();
  journal.run('DELETE FROM journal WHERE id > 2');
  const opening = openEmbeddedHistory({ dataDir, onError: () => undefined });
  await expect(opening).rejects.toThrow(/ends at 2, but the history was loaded through 5/);
});

test('a missing journal file is a clear error', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-history-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const opening = openEmbeddedHistory({ dataDir, onError: () => undefined });
  await expect(opening).rejects.toThrow(/The journal in .*vigie\.db cannot be read/);
});

test('a question that cannot see what was committed before it fails, until the journal is whole', async () => {
  const { dataDir, journal } = createDataDir();
  const { history } = await open({ dataDir });
  journal.commit(columnsOf(3), 0);
  expect(await history.count()).toBe(3);
  journal.commitBytes(Uint8Array.of(9), 0);
  await expect(history.count()).rejects.toMatchObject({ code: 'storage_unavailable' });
  journal.run('DELETE FROM journal WHERE id = 2');
  expect(await history.count()).toBe(3);
});

test('a question is given up at its deadline, and later ones are answered', async () => {
  const { dataDir, journal } = createDataDir();
  journal.commit(columnsOf(200_000), 0);
  const { history } = await open({ dataDir, callTimeoutMs: 1 });
  const question = history.buckets({ seriesId: 1, ...ALWAYS, intervalMs: 1, limit: 1_000_000 });
  await expect(question).rejects.toMatchObject({ code: 'storage_unavailable' });
  await history.close();
  const again = await open({ dataDir });
  expect(await again.history.count()).toBe(200_000);
});

test('too many waiting questions are refused at once', async () => {
  const { dataDir } = createDataDir();
  const { history } = await open({ dataDir });
  const questions = Array.from({ length: 400 }, async () => history.count());
  const codes = (await Promise.allSettled(questions)).map((result) =>
    result.status === 'fulfilled' ? 'answered' : (result.reason as { code: string }).code,
  );
  expect(codes.filter((code) => code === 'answered').length).toBeGreaterThanOrEqual(256);
  expect(codes.filter((code) => code === 'overloaded').length).toBeGreaterThan(0);
  expect(await history.count()).toBe(0);
});

test('close() does not wait for a question that runs', async () => {
  const { dataDir, journal } = createDataDir();
  const { history } = await open({ dataDir });
  journal.commit(columnsOf(300_000), 0);
  const question = history.buckets({ seriesId: 1, ...ALWAYS, intervalMs: 1, limit: 1_000_000 });
  const failed = expect(question).rejects.toMatchObject({ code: 'shutting_down' });
  await history.close();
  await failed;
});

test('a thread that ends is started again, and nothing is lost', async () => {
  const { dataDir, journal } = createDataDir();
  const { history, errors } = await open({ dataDir });
  journal.commit(columnsOf(100), 0);
  // More than the thread's heap may hold: it ends in the middle of taking this in.
  const series = Array.from({ length: 900_000 }, (_, i) => ({
    seriesId: i,
    sensorId: `a sensor with a long name ${i} ${'x'.repeat(60)}`,
    metric: `metric ${i}`,
    unit: null,
  }));
  const exporting = async (): Promise<void> => {
    for await (const _ of history.export({ series, ...ALWAYS, format: 'csv' }));
  };
  await expect(exporting()).rejects.toMatchObject({ code: 'storage_unavailable' });
  await vi.waitFor(async () => expect(await history.count()).toBe(100), {
    timeout: 10_000,
    interval: 100,
  });
  expect(errors[0]?.message).toMatch(/history thread ended/);
}, 60_000);

test('a Parquet export holds the rows in order, with times that are known to be UTC', async () => {
  const { dataDir, journal } = createDataDir();
  const { history } = await open({ dataDir });
  journal.commit(columnsOf(70_000, 3), 1500.25);
  journal.commit(columnsOf(70_000, 1), 2500);
  const series = [
    { seriesId: 1, sensorId: 'b', metric: 'm', unit: null },
    { seriesId: 3, sensorId: 'a', metric: 'm', unit: 'Cel' },
  ];
  const pieces: Uint8Array[] = [];
  for await (const piece of history.export({ series, ...ALWAYS, format: 'parquet' })) {
    pieces.push(piece);
  }
  const path = join(dataDir, 'out.parquet');
  writeFileSync(path, Buffer.concat(pieces));
  expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
  const database = await openDatabase(':memory:', { threads: '1' });
  const connection = await database.connect();
  onTestFinished(() => {
    connection.close();
    database.close();
  });
  const [wrong, rows] = await connection.columns(
    `SELECT count(*) FILTER (
       sensor_id <> if(row < 70_000, 'a', 'b') OR metric <> 'm'
       OR unit IS DISTINCT FROM if(row < 70_000, 'Cel', NULL)
       OR epoch_us(timestamp) <> row % 70_000 * 1_000_000 OR value <> row % 70_000
       OR epoch_us(received_at) <> if(row < 70_000, 1_500_250, 2_500_000)
       OR typeof(timestamp) <> 'TIMESTAMP WITH TIME ZONE'), count(*)
     FROM (SELECT *, file_row_number AS row FROM read_parquet('${path}', file_row_number = true))`,
    ['bigint', 'bigint'],
  );
  expect([wrong?.[0], rows?.[0]]).toEqual([0, 140_000]);
});

test('files that an interrupted export left are removed at the next start', async () => {
  const { dataDir } = createDataDir();
  await (await openEmbeddedHistory({ dataDir, onError: () => undefined })).close();
  writeFileSync(join(dataDir, 'tmp', 'export-1-1.parquet'), 'PAR1');
  const { history } = await open({ dataDir });
  expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
  await stopEarly(history);
  expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
});

async function stopEarly(history: EmbeddedHistory): Promise<void> {
  for await (const _ of history.export({ series: [], ...ALWAYS, format: 'parquet' })) break;
}

test('a large page of a long range is answered with less memory than the range would need', async () => {
  const { dataDir, journal } = createDataDir();
  const { history } = await open({ dataDir, memoryLimitMb: 24 });
  const count = 200_000;
  for (let part = 0; part < 6; part++) {
    const columns = columnsOf(count);
    columns.timesMs = columns.timesMs.map((ms) => (ms + part * count * 1000) * 10);
    history.notify(journal.commit(columns, 0));
    await history.sync(part + 1);
  }
  const range = { seriesId: 1, ...ALWAYS, limit: 100_001 };
  const [first, last] = [
    await history.samples(range),
    await history.samples({ ...range, descending: true }),
  ];
  expect([first.count, last.count]).toEqual([100_001, 100_001]);
  expect([first.timesMs.at(-1), last.timesMs[0]]).toEqual([1e9, (6 * count - 1) * 10_000]);
});
