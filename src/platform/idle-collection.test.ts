import v8 from 'node:v8';
import { expect, test, vi } from 'vitest';
import { collectWhenIdle, isWorthCollecting } from './idle-collection.ts';

const MB = 1024 * 1024;

test('isWorthCollecting() leaves a thread at work alone, and one that has nothing to give', () => {
  const heap = { utilization: 0.001, heapBytes: 40 * MB, keptBytes: 0 };
  expect(isWorthCollecting(heap)).toBe(true);
  expect(isWorthCollecting({ ...heap, utilization: 0.3 })).toBe(false);
  expect(isWorthCollecting({ ...heap, keptBytes: 39 * MB })).toBe(false);
});

test('collectWhenIdle() gives back what a thread no longer needs, and frees what lies beside', async () => {
  let rows: object[] | undefined = Array.from({ length: 1_000_000 }, (_, i) => ({ i }));
  const full = v8.getHeapStatistics().total_physical_size;
  expect(rows.length).toBe(1_000_000);
  rows = undefined;
  let freed = 0;
  collectWhenIdle({ lookEveryMs: 50, beside: () => freed++ });
  await vi.waitFor(() => expect(freed).toBe(1), { timeout: 10_000 });
  expect(v8.getHeapStatistics().total_physical_size).toBeLessThan(full - 16 * MB);
});
