import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupsOfIds, holdsFor } from './queries.ts';

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

test('an answer that changes by the clock holds until just after the next of its times, an hour at most', () => {
  const nowMs = Date.parse('2026-11-28T07:59:30Z');
  const at = (text: string) => `2026-11-28T${text}:00Z`;
  expect(holdsFor([at('07:00'), at('09:00'), at('08:00'), null], nowMs)).toBe(31_000);
  expect(holdsFor([at('07:00'), '2026-12-28T08:00:00Z'], nowMs)).toBe(3_601_000);
  expect(holdsFor([], nowMs)).toBe(3_601_000);
});
