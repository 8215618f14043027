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
    { pointer: '/name', theirs: { en: 'Hotter' }, mine: { en: 'Warm' } },
    { pointer: '/policy', theirs: 'desk', mine: undefined },
  ]);
});

test('what they removed is a change; what both made the same, or only its members moved, is none', () => {
  const { latch: _removed, ...rest } = before;
  const theirs = { ...rest, name: { fr: 'Chaud', en: 'Hot' }, enabled: false };
  expect(fieldChanges({ before, theirs, mine: { latch: false, enabled: false } })).toEqual([
    { pointer: '/latch', theirs: undefined, mine: false },
  ]);
});

test('what only the platform gives is not sent back', () => {
  expect(inputOf(before)).toEqual({ name: before.name, latch: false, enabled: true });
});

test('what is shown by its parts is compared part by part: what the reader alone has changed is not theirs', () => {
  const theirs = { ...before, name: { en: 'Hotter', fr: 'Chaud' }, schedule: { time_zone: 'UTC' } };
  const mine = { ...before, name: { en: 'Hot', fr: 'Très chaud' } };
  const byParts = (pointer: string) => ['/name', '/schedule'].includes(pointer);
  expect(fieldChanges({ before, theirs, mine }, byParts)).toEqual([
    { pointer: '/name/en', theirs: 'Hotter', mine: 'Hot' },
    { pointer: '/schedule/time_zone', theirs: 'UTC', mine: undefined },
  ]);
  // A text where there were parts is no part.
  const whole = { ...before, name: 'Hot' };
  expect(fieldChanges({ before, theirs: whole, mine }, byParts)).toEqual([
    { pointer: '/name', theirs: 'Hot', mine: mine.name },
  ]);
});
