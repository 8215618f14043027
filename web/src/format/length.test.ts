import { expect, test } from 'vitest';
import { lengthFormat } from './length.ts';

const HOUR = 3_600_000;

test.each([
  [0, '0 sec', '0 s'],
  [59_000, '59 sec', '59 s'],
  [60_000, '1 min', '1 min'],
  [61_000, '1 min 1 sec', '1 min 1 s'],
  [2 * HOUR + 300_000, '2 hr 5 min', '2 h 5 min'],
  [2 * HOUR + 59_000, '2 hr', '2 h'],
  [24 * HOUR, '1 day', '1 j'],
  [51 * HOUR + 1, '2 days 3 hr', '2 j 3 h'],
])('%d ms is %s', (ms, english, french) => {
  // French puts no-break spaces before its units.
  const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');
  expect([plain(lengthFormat('en')(ms)), plain(lengthFormat('fr')(ms))]).toEqual([english, french]);
});
