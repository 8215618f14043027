import { expect, test } from 'vitest';
import { endOfRow, lateStretchesOf, longestLateMs } from './late-stretches.ts';

const late = lateStretchesOf({
  stretches: [
    { from: '1970-01-01T00:01:40Z', to: '1970-01-01T00:03:20Z', samples: 3, longest_delay: '20m' },
    { from: '1970-01-01T00:05:00Z', to: '1970-01-01T00:05:00Z', samples: 1, longest_delay: '2h5m' },
  ],
});

test('stretches of the API are seconds of the chart', () => {
  expect(late).toEqual([
    { fromS: 100, toS: 200, longestMs: 1_200_000 },
    { fromS: 300, toS: 300, longestMs: 7_500_000 },
  ]);
});

test.each([
  [0, 100, undefined],
  [0, 101, 1_200_000],
  [200, 201, 1_200_000],
  [201, 300, undefined],
  [300, 301, 7_500_000],
  [150, 1000, 7_500_000],
  [301, 1000, undefined],
])('from %d to %d the longest delay is %s ms', (fromS, endS, expected) => {
  expect(longestLateMs(late, fromS, endS)).toBe(expected);
});

test('a row ends where the next begins, and the last is as long as the one before', () => {
  expect([endOfRow([10, 20, 50], 1), endOfRow([10, 20, 50], 2), endOfRow([10], 0)]).toEqual([
    50, 80, 11,
  ]);
});
