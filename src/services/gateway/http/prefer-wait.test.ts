import { expect, test } from 'vitest';
import { preferredWaitMs } from './prefer-wait.ts';

test.each([
  ['wait=5', 5000],
  ['respond-async, wait=10', 10_000],
  ['WAIT = "3" , foo', 3000],
  ['wait=1, wait=9', 1000],
  ['wait=86400', 60_000],
  ['wait=0', 0],
])('%s is understood', (header, ms) => {
  expect(preferredWaitMs(header)).toBe(ms);
});

test('several headers are one list', () => {
  expect(preferredWaitMs(['respond-async', 'wait=2'])).toBe(2000);
});

test.each([undefined, '', 'respond-async', 'wait', 'wait=-1', 'wait=soon', 'await=5'])(
  '%s says nothing of a time to wait',
  (header) => {
    expect(preferredWaitMs(header)).toBeUndefined();
  },
);
