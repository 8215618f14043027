import { expect, test } from 'vitest';
import { momentUntil, partOf, untilMoment, withParts } from './recurrence.ts';

test('a part is read whatever its case', () => {
  expect(partOf('freq=weekly;BYDAY=MO,TH', 'FREQ')).toBe('weekly');
  expect(partOf('FREQ=WEEKLY;BYDAY=MO,TH', 'BYDAY')).toBe('MO,TH');
  expect([partOf('FREQ=DAILY', 'COUNT'), partOf(undefined, 'FREQ')]).toEqual(['', '']);
});

test('a part is changed, added or taken out; the others stay as they are', () => {
  const rule = 'FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=2';
  expect(withParts(rule, { FREQ: 'YEARLY' })).toBe('FREQ=YEARLY;BYDAY=1MO;BYSETPOS=2');
  expect(withParts(rule, { BYDAY: '', COUNT: '3' })).toBe('FREQ=MONTHLY;BYSETPOS=2;COUNT=3');
  expect(withParts(undefined, { FREQ: 'DAILY' })).toBe('FREQ=DAILY');
  expect(withParts('FREQ=DAILY', { FREQ: '' })).toBeUndefined();
});

test('its end is a moment, and back', () => {
  expect(untilMoment('20261231T225900Z')).toBe('2026-12-31T22:59:00Z');
  expect(untilMoment('20261231')).toBe('2026-12-31T23:59:59Z');
  expect(untilMoment('soon')).toBe('');
  expect(momentUntil('2026-12-31T22:59:00.000Z')).toBe('20261231T225900Z');
  expect(momentUntil('')).toBe('');
});
