import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Connection } from './duckdb.ts';
import { HistoryFile } from './history-file.ts';
import { countSamples } from './questions.ts';
import { deleteBefore } from './retention.ts';

/** Less than the 228 row groups would hold between two checkpoints, were they deleted from at once. */
const MEMORY_LIMIT_MB = 48;

async function openFile(): Promise<Connection> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-retention-'));
  const options = { dataDir, memoryLimitMb: MEMORY_LIMIT_MB, threads: 2 };
  const file = await HistoryFile.open(options);
  onTestFinished(() => {
    file.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return file.connect();
}

/** Rows of 10,000 series, a second apart, ordered by series: every row group holds every time. */
async function fill(connection: Connection, table: string, rows: number): Promise<void> {
  await connection.run(`
    INSERT INTO history.${table}
    SELECT i // (${rows} // 10_000), make_timestamp(i % (${rows} // 10_000) * 1_000_000), i, make_timestamp(0)
    FROM range(${rows}) AS numbers(i)`);
}

test('old samples in every row group of a long table go within a small memory', async () => {
  const connection = await openFile();
  await fill(connection, 'samples', 14_000_000);
  await fill(connection, 'runs', 300_000);
  await fill(connection, 'recent', 20_000);
  expect(await countSamples(connection)).toBe(14_320_000);
  const inTurn = <T>(work: (connection: Connection) => Promise<T>): Promise<T> => work(connection);
  expect(await deleteBefore(inTurn, 10_000)).toBe(100_000 + 100_000 + 20_000);
  expect(await countSamples(connection)).toBe(14_100_000);
  expect(await deleteBefore(inTurn, 700_000)).toBe(6_900_000 + 200_000);
  expect(await countSamples(connection)).toBe(7_000_000);
  const [oldest] = await connection.columns('SELECT min(time) FROM history.samples', ['timestamp']);
  expect(oldest).toEqual(Float64Array.of(700_000));
  expect(await deleteBefore(inTurn, Number.POSITIVE_INFINITY)).toBe(7_000_000);
  expect(await countSamples(connection)).toBe(0);
}, 60_000);
