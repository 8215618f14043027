import { expect, test } from 'vitest';
import { WorkSlices } from './work-slices.ts';

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('slices shrink until they take about half a millisecond, and grow where pieces cost little', async () => {
  const slices = new WorkSlices();
  const before = slices.size;
  // 50 µs a piece: about ten to half a millisecond.
  for (let k = 0; k < 12; k++) await slices.run(slices.size, () => spin(slices.size * 0.05));
  expect(slices.size).toBeLessThan(40);
  for (let k = 0; k < 12; k++) await slices.run(slices.size, () => {});
  expect(slices.size).toBeGreaterThan(before);
});

test('one pause of the machine halves the slices at most, and nothing done changes nothing', async () => {
  const slices = new WorkSlices();
  const before = slices.size;
  await slices.run(before, () => spin(50));
  expect(slices.size).toBe(before / 2);
  await slices.run(0, () => spin(5));
  expect(slices.size).toBe(before / 2);
});

test('others have their turn after every slice', async () => {
  const slices = new WorkSlices();
  let turns = 0;
  const other = setInterval(() => turns++, 1);
  for (let k = 0; k < 20; k++) await slices.run(slices.size, () => spin(2));
  clearInterval(other);
  expect(turns).toBeGreaterThan(5);
});
