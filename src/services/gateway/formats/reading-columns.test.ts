import { expect, test } from 'vitest';
import { cutPayload, ReadingColumns } from './reading-columns.ts';

const shape = (...names: string[]) => Object.freeze(names);
const fault = { code: 'value_not_number', pointer: '/readings/b', detail: 'No.' } as const;

function add(columns: ReadingColumns, index: number, ...values: number[]): void {
  for (const value of values) columns.pushValue(value);
  columns.add({
    index,
    sensorId: `s${index}`,
    timeMs: index,
    shape: shape(...values.map((_, i) => `m${i}`)),
    metadata: undefined,
  });
}

test('readings come out in arrays of exact length', () => {
  const columns = new ReadingColumns(1);
  for (let i = 0; i < 100; i++) add(columns, i, i, -i);
  const { batch, refused } = columns.finish(0);
  expect(batch.count).toBe(100);
  expect(batch.sensorIds).toHaveLength(100);
  expect(batch.timesMs).toHaveLength(100);
  expect([...batch.values.slice(198)]).toEqual([99, -99]);
  expect(batch.valueCount).toBe(200);
  expect(batch.indexes).toBeUndefined();
  expect(refused).toEqual([]);
});

test('places in the request are kept once they differ from 0, 1, 2', () => {
  const columns = new ReadingColumns();
  add(columns, 0, 1);
  columns.refuse(fault, { index: 1, sensorId: null, payload: 'x' });
  add(columns, 2, 2);
  add(columns, 3, 3);
  columns.dropLast();
  const { batch, refused } = columns.finish(0);
  expect(batch.indexes).toEqual([0, 2]);
  expect([...batch.values]).toEqual([1, 2]);
  expect(refused).toEqual([{ ...fault, index: 1, sensorId: null, payload: 'x' }]);
});

test('values of a refused reading are forgotten', () => {
  const columns = new ReadingColumns();
  columns.pushValue(7);
  columns.refuse(fault, { index: 0, sensorId: 'a', payload: '' });
  add(columns, 1, 1);
  expect([...columns.finish(0).batch.values]).toEqual([1]);
});

test('what was given out stays as it is when the columns are used again', () => {
  const columns = new ReadingColumns();
  add(columns, 1, 5);
  columns.refuse(fault, { index: 0, sensorId: 'a', payload: '' });
  const { batch, refused } = columns.finish(0);
  columns.reset();
  add(columns, 0, 6);
  expect(batch.values[0]).toBe(5);
  expect(batch.sensorIds).toEqual(['s1']);
  expect(refused).toHaveLength(1);
  expect(columns.finish(0).refused).toEqual([]);
  expect(columns.finish(0).batch.indexes).toBeUndefined();
});

test('a payload is cut at 64 KiB, between characters', () => {
  const short = 'é'.repeat(32_768);
  expect(cutPayload(short)).toBe(short);
  for (const unit of ['a', 'é', '冷', '𝒜']) {
    for (const shift of ['', 'x', 'xx', 'xxx']) {
      const text = shift + unit.repeat(70_000);
      const cut = cutPayload(text);
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.byteLength(cut)).toBeGreaterThan(65_532);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(65_536);
    }
  }
});
