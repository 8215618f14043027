import { expect, test } from 'vitest';
import { fieldChanges, inputOf } from './field-changes.ts';

const given = { id: 'hot', revision: 1, created_at: 'a', updated_at: 'b' };
const before = { ...given, name: { en: 'Hot', fr: 'Chaud' }, latch: false, enabled: true };

test('what somebody else changed stands beside what the reader typed', () => {
  const theirs = {
    ...before,
    updated_at: 'c',
    revision: 2,
    name: { en: 'Hotter' },
    policy: 'desk',
  };
  const mine = { name: { en: 'Warm' }, enabled: false };
  expect(fieldChanges({ before, theirs, mine })).toEqual([
    { field: 'name', theirs: { en: 'Hotter' }, mine: { en: 'Warm' } },
    { field: 'policy', theirs: 'desk', mine: undefined },
  ]);
});

test('what they removed is a change; what both made the same, or only its members moved, is none', () => {
  const { latch: _removed, ...rest } = before;
  const theirs = { ...rest, name: { fr: 'Chaud', en: 'Hot' }, enabled: false };
  expect(fieldChanges({ before, theirs, mine: { latch: false, enabled: false } })).toEqual([
    { field: 'latch', theirs: undefined, mine: false },
  ]);
});

test('what only the platform gives is not sent back', () => {
  expect(inputOf(before)).toEqual({ name: before.name, latch: false, enabled: true });
});
