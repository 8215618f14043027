import { expect, test } from 'vitest';
import { momentOf } from './typed-moment.ts';

test('a moment is read on the clock of its zone, once it is whole', () => {
  expect(momentOf('2026-01-05T08:00', 'Europe/Paris')).toBe(Date.UTC(2026, 0, 5, 7));
  // A year that is typed in part is no year.
  for (const text of ['', '0002-01-05T08:00', '0202-01-05T08:00', 'x'])
    expect(momentOf(text, 'Europe/Paris')).toBeUndefined();
});
