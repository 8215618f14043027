import { expect, test } from 'vitest';
import { PendingSamples } from './pending-samples.ts';

test('PendingSamples keeps all up to its limit, then the newest of each sensor, and counts the rest', () => {
  const pending = new PendingSamples<{ sensor_id: string; n: number }>(2);
  pending.add([1, 2, 3, 4, 5].map((n) => ({ sensor_id: 'a', n })));
  pending.add(['b', 'c', 'd'].map((sensor_id) => ({ sensor_id, n: 0 })));
  const { readings, skipped } = pending.take();
  expect(readings.map(({ sensor_id, n }) => `${sensor_id}${n}`)).toEqual(['a1', 'a2', 'a5', 'b0']);
  expect(skipped).toBe(4);
  expect(pending.take()).toEqual({ readings: [], skipped: 0 });
});
