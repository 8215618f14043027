import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HistoryFile } from './history-file.ts';
import { ReaderPool } from './reader-pool.ts';

async function openPool(size: number): Promise<ReaderPool> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigie-pool-'));
  const file = await HistoryFile.open({ dataDir, memoryLimitMb: 64, threads: 1 });
  onTestFinished(() => {
    file.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return ReaderPool.open(file, size);
}

const ENDLESS = 'SELECT count(*) FROM range(1_000_000_000) a, range(1_000_000_000) b';

test('questions beyond the connections wait their turn, first come, first served', async () => {
  const pool = await openPool(1);
  const order: number[] = [];
  const gate = Promise.withResolvers<void>();
  const all = [1, 2, 3].map((id) =>
    pool.run(id, async () => {
      order.push(id);
      if (id === 1) await gate.promise;
    }),
  );
  await Promise.resolve();
  expect(order).toEqual([1]);
  gate.resolve();
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

test('cancel() interrupts what runs and drops what waits, and the connection serves the next', async () => {
  const pool = await openPool(1);
  const running = pool.run(1, (connection) => connection.columns(ENDLESS, ['bigint']));
  const waiting = pool.run(2, (connection) => connection.columns(ENDLESS, ['bigint']));
  const next = pool.run(3, (connection) => connection.columns('SELECT 3', ['integer']));
  pool.cancel(2);
  await expect(waiting).rejects.toThrow('cancelled');
  setTimeout(() => pool.cancel(1), 50);
  await expect(running).rejects.toThrow(/interrupt/i);
  expect(await next).toEqual([Float64Array.of(3)]);
});
