import { expect, test } from 'vitest';
import { daysOf, type Partition, partitionFor } from './partitions.ts';

const NOW = Date.UTC(2026, 10, 25, 12);
const at = (...parts: [number, number, number]) => Date.UTC(...parts);

test('a recent day has a partition of its own, an old month one together', () => {
  expect(partitionFor(NOW, [], NOW)).toEqual({
    name: 'samples_20261125',
    fromMs: at(2026, 10, 25),
    toMs: at(2026, 10, 26),
  });
  expect(partitionFor(at(2024, 1, 29) + 5, [], NOW)).toEqual({
    name: 'samples_202402',
    fromMs: at(2024, 1, 1),
    toMs: at(2024, 2, 1),
  });
});

test('a month of which a day has a partition already, or may get one, is cut into days', () => {
  const day: Partition = partitionFor(at(2026, 10, 1), [], NOW);
  expect(partitionFor(at(2026, 10, 2), [day], NOW).name).toBe('samples_20261102');
  const old: Partition = { name: 'x', fromMs: at(2024, 1, 7), toMs: at(2024, 1, 8) };
  expect(partitionFor(at(2024, 1, 9), [old], NOW).name).toBe('samples_20240209');
  // October reaches into the days that are kept one by one.
  expect(partitionFor(at(2026, 9, 2), [], NOW).name).toBe('samples_20261002');
});

test('days are those of UTC, before 1970 too', () => {
  const times = Float64Array.of(-1, 0, 5, 86_400_000, 3);
  expect([...daysOf(times)].sort((a, b) => a - b)).toEqual([-86_400_000, 0, 86_400_000]);
});
