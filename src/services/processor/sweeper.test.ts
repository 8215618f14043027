import { expect, test } from 'vitest';
import { Fleet } from './fleet.ts';
import { ColumnBuilder, createGroup } from './group.ts';
import { Sweeper } from './sweeper.ts';

function fleetOf(count: number): Fleet {
  const fleet = new Fleet();
  for (let n = 0; n < count; n++) {
    fleet.register('main', `s${n}`, { registeredMs: 0 }).isDirty = true;
  }
  return fleet;
}

const newGroup = () => createGroup(0, [], new ColumnBuilder());

test('a sweep reaches every sensor, and counts once its last step is durable', () => {
  const fleet = fleetOf(120);
  const sweeper = new Sweeper();
  const group = newGroup();
  const answers = [7, 8, 9].map((journalId) => sweeper.step(group, fleet, journalId));
  expect(answers).toEqual([undefined, undefined, 7]);
  expect(group.touched.size).toBe(120);
  expect(sweeper.rememberedThrough).toBe(0);
  sweeper.committed(7);
  expect(sweeper.rememberedThrough).toBe(7);
});

test('a sweep whose last step was not committed does not count when the next one begins', () => {
  const fleet = fleetOf(60);
  const sweeper = new Sweeper();
  sweeper.step(newGroup(), fleet, 7);
  expect(sweeper.step(newGroup(), fleet, 8)).toBe(7);
  sweeper.reset(0);
  expect(sweeper.step(newGroup(), fleet, 9)).toBeUndefined();
  expect(sweeper.rememberedThrough).toBe(0);
});
