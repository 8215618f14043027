import type { Color, Point, Raster } from './raster.ts';

// Tested by: draw-chart.test.ts

/** Numerals and what stands between them, as strokes on a grid of 4 by 6: the same on every machine, at every size. */
const STROKES: Readonly<Record<string, readonly (readonly Point[])[]>> = {
  '0': [
    [
      [1.2, 0],
      [2.8, 0],
      [4, 1.4],
      [4, 4.6],
      [2.8, 6],
      [1.2, 6],
      [0, 4.6],
      [0, 1.4],
      [1.2, 0],
    ],
  ],
  '1': [
    [
      [0.6, 1.2],
      [2.2, 0],
      [2.2, 6],
    ],
    [
      [0.8, 6],
      [3.6, 6],
    ],
  ],
  '2': [
    [
      [0, 1.2],
      [1.2, 0],
      [2.8, 0],
      [4, 1.2],
      [4, 2.2],
      [0, 6],
      [4, 6],
    ],
  ],
  '3': [
    [
      [0, 1],
      [1.2, 0],
      [2.8, 0],
      [4, 1],
      [4, 2],
      [2.8, 3],
      [4, 4],
      [4, 5],
      [2.8, 6],
      [1.2, 6],
      [0, 5],
    ],
    [
      [1.4, 3],
      [2.8, 3],
    ],
  ],
  '4': [
    [
      [3, 6],
      [3, 0],
      [0, 4.2],
      [4, 4.2],
    ],
  ],
  '5': [
    [
      [3.8, 0],
      [0.2, 0],
      [0, 2.7],
      [2.8, 2.4],
      [4, 3.5],
      [4, 4.9],
      [2.8, 6],
      [1.2, 6],
      [0, 5],
    ],
  ],
  '6': [
    [
      [3.8, 0.9],
      [2.8, 0],
      [1.4, 0],
      [0, 1.6],
      [0, 4.8],
      [1.2, 6],
      [2.8, 6],
      [4, 4.9],
      [4, 3.6],
      [2.8, 2.6],
      [1.2, 2.6],
      [0, 3.8],
    ],
  ],
  '7': [
    [
      [0, 0],
      [4, 0],
      [1.4, 6],
    ],
  ],
  '8': [
    [
      [1.2, 2.8],
      [0.2, 1.9],
      [0.2, 0.9],
      [1.2, 0],
      [2.8, 0],
      [3.8, 0.9],
      [3.8, 1.9],
      [2.8, 2.8],
      [1.2, 2.8],
    ],
    [
      [1.2, 2.8],
      [0, 3.9],
      [0, 5],
      [1.2, 6],
      [2.8, 6],
      [4, 5],
      [4, 3.9],
      [2.8, 2.8],
    ],
  ],
  '9': [
    [
      [0.2, 5.1],
      [1.2, 6],
      [2.6, 6],
      [4, 4.4],
      [4, 1.2],
      [2.8, 0],
      [1.2, 0],
      [0, 1.1],
      [0, 2.4],
      [1.2, 3.4],
      [2.8, 3.4],
      [4, 2.2],
    ],
  ],
  '.': [[[0.6, 5.9]]],
  ',': [
    [
      [0.8, 5.7],
      [0.4, 7],
    ],
  ],
  ':': [[[0.6, 1.9]], [[0.6, 5]]],
  '-': [
    [
      [0.4, 3.2],
      [3.2, 3.2],
    ],
  ],
  '−': [
    [
      [0.4, 3.2],
      [3.2, 3.2],
    ],
  ],
  E: [
    [
      [4, 0],
      [0, 0],
      [0, 6],
      [4, 6],
    ],
    [
      [0, 3],
      [3, 3],
    ],
  ],
};

const WIDTH = 4;
const NARROW_WIDTH = 1.2;
const GAP = 1.8;
const NARROW = new Set(['.', ',', ':']);

/** How large the text is: one step of its grid, in pixels. */
interface Size {
  step: number;
}

/** In pixels; what is no numeral is a space. */
export function numeralsWidth(text: string, { step }: Size): number {
  const widths = [...text].map((sign) => widthOf(sign));
  return step * (widths.reduce((sum, width) => sum + width + GAP, 0) - (text === '' ? 0 : GAP));
}

/** With its upper left corner at `at`; six steps high. */
export function drawNumerals(
  raster: Raster,
  text: string,
  { at, step, color }: Size & { at: Point; color: Color },
): void {
  let left = at[0];
  for (const sign of text) {
    for (const stroke of STROKES[sign] ?? []) {
      const points = stroke.map(([x, y]): Point => [left + x * step, at[1] + y * step]);
      raster.stroke(points, { width: step * 0.9, color });
    }
    left += (widthOf(sign) + GAP) * step;
  }
}

function widthOf(sign: string): number {
  return NARROW.has(sign) ? NARROW_WIDTH : WIDTH;
}
