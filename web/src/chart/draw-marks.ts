import type uPlot from 'uplot';
import type { ChartBand, ChartLimit } from './history-chart.tsx';
import type { ChartLate } from './late-stretches.ts';
import type { ChartColors } from './use-chart-colors.ts';

export interface Marks {
  limits: readonly ChartLimit[];
  bands: readonly ChartBand[];
  late: readonly ChartLate[];
}

/** Behind the lines: when an alert was active, with a firm edge on top so that it is not colour alone. */
export function drawBands(
  { ctx, bbox, valToPos }: uPlot,
  { bands }: Marks,
  colors: ChartColors,
): void {
  const right = bbox.left + bbox.width;
  ctx.save();
  for (const { fromMs, toMs, severity } of bands) {
    const from = Math.max(bbox.left, valToPos(fromMs / 1000, 'x', true));
    const to = toMs === undefined ? right : Math.min(right, valToPos(toMs / 1000, 'x', true));
    if (to < bbox.left || from > right) continue;
    const width = Math.max(2, to - from);
    ctx.fillStyle = colors.severity[severity];
    ctx.globalAlpha = 0.12;
    ctx.fillRect(from, bbox.top, width, bbox.height);
    ctx.globalAlpha = 1;
    ctx.fillRect(from, bbox.top, width, 4 * devicePixelRatio);
  }
  ctx.restore();
}

/** Over the lines: the limits of the rules, dashed. */
export function drawLimits(
  { ctx, bbox, scales, valToPos }: uPlot,
  { limits }: Marks,
  { colors, scaleOf }: { colors: ChartColors; scaleOf(unit: string | null): string },
): void {
  ctx.save();
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { value, unit, severity } of limits) {
    const scale = scaleOf(unit);
    if (scales[scale]?.min == null) continue;
    const y = valToPos(value, scale, true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = colors.severity[severity];
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}
