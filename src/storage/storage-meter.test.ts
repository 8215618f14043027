import { expect, test } from 'vitest';
import { createStorageMeter, type StorageUse } from './storage-meter.ts';

const use: StorageUse = { engine: 'x', place: 'y', bytes: 1, parts: [], freeBytes: undefined };

test('a minute long everybody is told what was measured first', async () => {
  let nowMs = 1000;
  let measured = 0;
  const meter = createStorageMeter(async () => ({ ...use, bytes: ++measured }), {
    now: () => nowMs,
  });
  const [one, other] = await Promise.all([meter.measure(), meter.measure()]);
  expect([one, other]).toEqual([
    { ...use, bytes: 1, measuredMs: 1000 },
    { ...use, bytes: 1, measuredMs: 1000 },
  ]);
  nowMs += 59_999;
  expect(await meter.measure()).toMatchObject({ bytes: 1, measuredMs: 1000 });
  nowMs += 1;
  expect(await meter.measure()).toMatchObject({ bytes: 2, measuredMs: 61_000 });
  // A clock that went back a day must not keep an old answer for a day.
  nowMs -= 86_400_000;
  expect(await meter.measure()).toMatchObject({ bytes: 3 });
});

test('what failed is tried again by the next who asks', async () => {
  let fails = true;
  const meter = createStorageMeter(
    async () => {
      if (fails) throw new Error('away');
      return use;
    },
    { now: () => 1000 },
  );
  await expect(meter.measure()).rejects.toThrow('away');
  fails = false;
  expect(await meter.measure()).toMatchObject({ bytes: 1 });
});
