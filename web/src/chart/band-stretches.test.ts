import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bandStretches } from './band-stretches.ts';

type Value = number | null | undefined;

function stretchesOf(low: Value[], high: Value[], { from = 0, to = low.length - 1, perPixel = 1 }) {
  return bandStretches(
    { times: low.map((_, at) => at), low, high },
    { from, to, x: (time) => Math.floor(time / perPixel), y: (value) => 100 - value },
  );
}

test('each column of pixels once, from its highest to its lowest, and a gap ends a stretch', () => {
  const low = [1, 2, 3, null, 5, 6];
  const high = [2, 9, 4, null, 6, 7];
  expect(stretchesOf(low, high, { perPixel: 2 })).toEqual([
    { xs: [0, 1], tops: [91, 96], bottoms: [99, 97] },
    { xs: [2], tops: [93], bottoms: [95] },
  ]);
});

test('the band goes on to the edge, past rows of another line', () => {
  const low = [1, undefined, 3, undefined, undefined, 6];
  expect(stretchesOf(low, low, { from: 2, to: 3 }).map(({ xs }) => xs)).toEqual([[0, 2, 5]]);
  expect(stretchesOf([], [], { from: 0, to: 0 })).toEqual([]);
});

test('whatever the values, what is highest and lowest is drawn, in ascending columns', () => {
  const values = fc.array(fc.option(fc.integer({ min: 1, max: 90 })), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 16 }), (low, perPixel) => {
      const high = low.map((value) => value && value + 5);
      const stretches = stretchesOf(low, high, { perPixel });
      const known = low.filter((value) => value !== null);
      expect(Math.max(...stretches.flatMap(({ bottoms }) => bottoms))).toBe(
        100 - Math.min(...known),
      );
      expect(Math.min(...stretches.flatMap(({ tops }) => tops))).toBe(100 - Math.max(...known) - 5);
      for (const { xs } of stretches)
        expect(xs).toEqual([...new Set(xs)].toSorted((a, b) => a - b));
    }),
  );
});
