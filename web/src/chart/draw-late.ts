import type uPlot from 'uplot';
import type { ChartLate } from './late-stretches.ts';

/** In CSS pixels; a lone sample is seen as well. */
const STRIP_HEIGHT = 7;
const LEAST_WIDTH = 3;
const HATCH_STEP = 5;

/** Along the foot of the plot: what came late, as a hatched strip, which is told from all else without its color. */
export function drawLate(
  { ctx, bbox, scales }: uPlot,
  late: readonly ChartLate[],
  color: string,
): void {
  const { min, max } = scales.x ?? {};
  if (late.length === 0 || min == null || max == null) return;
  const ratio = devicePixelRatio;
  const scale = bbox.width / (max - min);
  const right = bbox.left + bbox.width;
  const height = STRIP_HEIGHT * ratio;
  const top = bbox.top + bbox.height - height;
  const least = LEAST_WIDTH * ratio;
  ctx.save();
  ctx.beginPath();
  // What is drawn already ends here: those that are closer than pixels are one.
  let end = bbox.left;
  for (const { fromS, toS } of late) {
    if (toS < min || fromS > max) continue;
    const from = bbox.left + (fromS - min) * scale;
    const to = Math.min(right, Math.max(from + least, bbox.left + (toS - min) * scale));
    const begin = Math.max(end, from);
    if (to > begin) ctx.rect(begin, top, to - begin, height);
    end = Math.max(end, to);
  }
  ctx.fillStyle = hatchOf(ctx, color, ratio);
  ctx.fill();
  ctx.strokeStyle = color;
  ctx.lineWidth = ratio;
  ctx.stroke();
  ctx.restore();
}

let known: { key: string; hatch: CanvasPattern | string } | undefined;

/** Made once for a color and a screen, not for a picture. */
function hatchOf(ctx: CanvasRenderingContext2D, color: string, ratio: number) {
  const key = `${color} ${ratio}`;
  if (known?.key === key) return known.hatch;
  const size = Math.round(HATCH_STEP * ratio);
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (pen === null) return color;
  pen.strokeStyle = color;
  pen.lineWidth = 1.2 * ratio;
  pen.beginPath();
  // Three lines: the corners of a tile belong to those of its neighbors.
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  const hatch = ctx.createPattern(tile, 'repeat') ?? color;
  known = { key, hatch };
  return hatch;
}
