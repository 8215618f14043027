import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupsOfIds } from './queries.ts';

test('ids are asked for in one address, or in a few where it would grow too long; none is lost', () => {
  expect(groupsOfIds([])).toEqual([]);
  expect(groupsOfIds(['oven', 'fridge'])).toEqual([['oven', 'fridge']]);
  const ids = fc.array(fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }));
  fc.assert(
    fc.property(ids, (some) => {
      const many = Array.from({ length: 20 }, () => some).flat();
      const groups = groupsOfIds(many);
      expect(groups.flat()).toEqual(many);
      for (const group of groups)
        expect(encodeURIComponent(group.join()).length).toBeLessThan(6100);
    }),
  );
});
