import { expect, test } from 'vitest';
import { BlobPool } from './blob-pool.ts';

test('memory of a size is handed out again', () => {
  const pool = new BlobPool();
  const first = pool.take(100_000);
  expect(first.byteLength).toBe(131_072);
  pool.give(first);
  expect(pool.take(90_000)).toBe(first);
  expect(pool.take(90_000)).not.toBe(first);
});

test('the small, the huge and the detached are not kept', () => {
  const pool = new BlobPool();
  const small = pool.take(100);
  pool.give(small);
  expect(pool.take(100)).not.toBe(small);
  const huge = pool.take(5_000_000);
  expect(huge.byteLength).toBe(5_000_000);
  pool.give(huge);
  expect(pool.take(5_000_000)).not.toBe(huge);
  const sent = pool.take(70_000);
  structuredClone(sent, { transfer: [sent] });
  pool.give(sent);
  expect(pool.take(70_000).byteLength).toBe(131_072);
});
