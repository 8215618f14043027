import { expect, test } from 'vitest';
import { isHeardSince } from './heard-since.ts';

const metrics = {
  t: { unit: null, last: { timestamp: '2026-11-22T05:00:00.000Z', value: 4 } },
  u: { unit: null, last: null },
};
const at = (text: string) => ({ timeMs: Date.parse(text) });

test('only what is newer than the answer speaks against silence', () => {
  expect(isHeardSince({ metrics }, new Map())).toBe(false);
  expect(isHeardSince({ metrics }, new Map([['t', at('2026-11-22T05:00:00Z')]]))).toBe(false);
  expect(isHeardSince({ metrics }, new Map([['t', at('2026-11-22T05:00:01Z')]]))).toBe(true);
  expect(isHeardSince({ metrics }, new Map([['u', at('2026-11-22T04:00:00Z')]]))).toBe(true);
  expect(isHeardSince({ metrics: {} }, new Map([['t', at('2026-11-22T04:00:00Z')]]))).toBe(true);
});
