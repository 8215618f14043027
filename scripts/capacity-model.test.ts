import { expect, test } from 'vitest';
import { commitP99Ms, sizesOf, type Units } from '../bench/capacity-model.ts';

const units: Units = {
  plain: { sampleBytes: 100, rollupRowBytes: 50 },
  timescale: { freshSampleBytes: 90, sampleBytes: 5, freshRollupRowBytes: 60, rollupRowBytes: 20 },
  embedded: { sampleBytes: 10 },
  kafkaReadingBytes: 40,
  walSampleBytes: 120,
  databaseSampleMicros: 2,
  commitMs: 2,
  commitSampleMicros: 2,
  platformReadingMicros: 6,
  sensorBytes: 2000,
};

test('a thousand sensors every ten seconds: sizes are products that can be checked by hand', () => {
  const sizes = sizesOf(units, { sensors: 1000, cadenceSeconds: 10, metrics: 3 });
  expect(sizes).toMatchObject({ readingsPerSecond: 100, processors: 1, partitions: 12 });
  const samples = 300 * 86_400;
  expect(sizes.bytesADay.plain).toBe(samples * 100 + 3000 * 1465 * 50);
  expect(sizes.bytesADay.embedded).toBe(samples * 10);
  expect(sizes.bytesAYear.timescale).toBeCloseTo(
    365 * (samples * 5 + 3000 * 1465 * 20) + 7 * samples * 85 + 12 * 3000 * 1465 * 40,
    0,
  );
  expect(sizes.kafkaBytes).toBe(100 * 40 * 86_400 * 7 * 3);
});

test('sizes grow with the number of sensors, and processors by whichever of their limits comes first', () => {
  const small = sizesOf(units, { sensors: 1e6, cadenceSeconds: 10, metrics: 3 });
  const large = sizesOf(units, { sensors: 1e7, cadenceSeconds: 10, metrics: 3 });
  expect(large.bytesADay.plain / small.bytesADay.plain).toBeCloseTo(10);
  expect(large.processors).toBe(Math.ceil(6 / 0.6));
  const slow = sizesOf(units, { sensors: 1e7, cadenceSeconds: 3600, metrics: 3 });
  expect(slow.processors).toBe(Math.ceil(2e10 / 4e9));
  expect(large.limits.map(({ used }) => used)).toEqual(
    large.limits.map(({ used }) => used).toSorted((a, b) => b - a),
  );
});

test('a reading waits for one commit when idle, longer under load, and for ever beyond what it can do', () => {
  const wait = (readingsPerSecond: number) => commitP99Ms(units, { readingsPerSecond, metrics: 3 });
  // p99 of an exponential time is 4.6 of its means.
  expect(wait(1)).toBeGreaterThan(2 * 4.6 * 0.9);
  expect(wait(1)).toBeLessThan(2 * 2 * 4.6);
  expect(wait(120_000)).toBeGreaterThan(wait(1000));
  expect(wait(1e6 / 6)).toBe(Number.POSITIVE_INFINITY);
});
