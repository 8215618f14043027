import { expect, test } from 'vitest';
import { GroupsInFlight } from './groups-in-flight.ts';

test('a small group waits for the one that is being written, a large one for the second', async () => {
  const groups = new GroupsInFlight();
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  expect(groups.isEnoughFor(1)).toBe(false);
  groups.add(first.promise);
  expect([groups.isEnoughFor(1), groups.isEnoughFor(20_000)]).toEqual([true, false]);
  groups.add(second.promise);
  expect(groups.isEnoughFor(20_000)).toBe(true);
  second.resolve();
  await groups.one();
  expect([groups.size, groups.isEnoughFor(1), groups.isEnoughFor(20_000)]).toEqual([
    1,
    true,
    false,
  ]);
  first.resolve();
  await groups.all();
  expect(groups.isEnoughFor(1)).toBe(false);
});
