import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SampleStage } from './sample-stage.ts';

type Sample = readonly [series: number, timeMs: number, value: number];

const columns = (samples: readonly Sample[], replacing: readonly number[] = []) => ({
  count: samples.length,
  series: Int32Array.from(samples, (sample) => sample[0]),
  timesMs: Float64Array.from(samples, (sample) => sample[1]),
  values: Float64Array.from(samples, (sample) => sample[2]),
  replacing: Int32Array.from(replacing),
});

function sortedRows(stage: SampleStage): number[][] {
  return Array.from(stage.sorted(), (position) => [
    stage.series[position] ?? 0,
    stage.timesMs[position] ?? 0,
    stage.values[position] ?? 0,
    stage.receivedMs(position),
  ]);
}

test('sorted() orders by series, then time, and keeps the last of each (series, time)', () => {
  const series = fc.oneof(fc.nat(5), fc.nat(3_000_000), fc.nat(2 ** 31 - 1));
  const sample = fc.tuple(series, fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true }));
  fc.assert(
    fc.property(fc.array(fc.array(sample, { maxLength: 30 }), { maxLength: 8 }), (portions) => {
      const stage = new SampleStage();
      const last = new Map<string, number[]>();
      portions.forEach((portion, i) => {
        stage.add(columns(portion), i);
        for (const [id, timeMs, value] of portion) {
          last.set(`${id} ${timeMs}`, [id, timeMs, value, i]);
        }
      });
      const expected = [...last.values()].sort(
        (a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0),
      );
      expect(sortedRows(stage)).toEqual(expected);
    }),
  );
});

test('a stage grows past its first capacity and can be used again after clear() and release()', () => {
  const stage = new SampleStage();
  const many = Array.from({ length: 50_000 }, (_, i): Sample => [i % 7, i, i]);
  for (const reset of [() => stage.clear(), () => stage.release()]) {
    stage.add(columns(many), 1);
    stage.add(columns([[3, -1, 42]]), 2);
    expect(stage.count).toBe(50_001);
    const rows = sortedRows(stage);
    expect(rows).toHaveLength(50_001);
    expect(rows.find((row) => row[0] === 3)).toEqual([3, -1, 42, 2]);
    reset();
    expect(stage.count).toBe(0);
    expect(stage.sorted()).toHaveLength(0);
  }
});

test('replacing positions are counted over all that was added', () => {
  const stage = new SampleStage();
  const two: Sample[] = [
    [1, 1, 1],
    [2, 1, 1],
  ];
  stage.add(columns(two, [1]), 0);
  stage.add(columns(two, [0, 1]), 0);
  expect(stage.replacing).toEqual([1, 2, 3]);
  stage.clear();
  expect(stage.replacing).toEqual([]);
});
