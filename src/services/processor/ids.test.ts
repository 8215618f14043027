import { expect, test } from 'vitest';
import { BlockIds, GrowingIds } from './ids.ts';

test('growing ids go on beyond what is taken', () => {
  const ids = new GrowingIds();
  expect([ids.next(), ids.next()]).toEqual([1, 2]);
  ids.taken(10);
  ids.taken(4);
  expect(ids.next()).toBe(11);
});

test('block ids are those that were set aside, and no others', () => {
  const ids = new BlockIds();
  expect(() => ids.next()).toThrow('no ids are left');
  ids.add(100, 2);
  expect([ids.next(), ids.next(), ids.available]).toEqual([100, 101, 0]);
  ids.add(500, 1);
  expect(ids.next()).toBe(500);
});
