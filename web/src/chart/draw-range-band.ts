import type uPlot from 'uplot';
import { type BandStretch, bandStretches } from './band-stretches.ts';

/**
 * From the lowest to the highest of a line, as one shape for each stretch without a gap. uPlot's own bands cut the
 * canvas to a path of thousands of points first, which takes most of a frame without a graphics card.
 * `highSeries` is the index of the highest; that of the lowest is one less.
 */
export function drawRangeBand(chart: uPlot, highSeries: number, fill: string): void {
  const { ctx, bbox, data, scales, series } = chart;
  const [from, to] = series[0]?.idxs ?? [];
  const x = axisOf(scales.x, bbox.left, bbox.width);
  const y = axisOf(scales[series[highSeries]?.scale ?? ''], bbox.top + bbox.height, -bbox.height);
  if (from === undefined || to === undefined || x === undefined || y === undefined) return;
  const rows = { times: data[0], low: data[highSeries - 1] ?? [], high: data[highSeries] ?? [] };
  const stretches = bandStretches(rows, { from, to, x, y });
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = fill;
  ctx.beginPath();
  for (const stretch of stretches) addStretch(ctx, stretch);
  ctx.fill();
  ctx.restore();
}

/** From a value to a pixel of the canvas; undefined while nothing is on the scale. */
function axisOf(
  scale: uPlot.Scale | undefined,
  start: number,
  length: number,
): ((value: number) => number) | undefined {
  if (scale?.min == null || scale.max == null || scale.max === scale.min) return undefined;
  const { min } = scale;
  const factor = length / (scale.max - min);
  return (value) => start + (value - min) * factor;
}

function addStretch(ctx: CanvasRenderingContext2D, { xs, tops, bottoms }: BandStretch): void {
  const [left] = xs;
  if (left === undefined) return;
  if (xs.length === 1) {
    ctx.rect(left, tops[0] as number, 1, (bottoms[0] as number) - (tops[0] as number));
    return;
  }
  ctx.moveTo(left, tops[0] as number);
  for (let at = 1; at < xs.length; at += 1) ctx.lineTo(xs[at] as number, tops[at] as number);
  for (let at = xs.length - 1; at >= 0; at -= 1)
    ctx.lineTo(xs[at] as number, bottoms[at] as number);
  ctx.closePath();
}
