import { drawNumerals, numeralsWidth } from './numerals.ts';
import { type Color, type Point, Raster } from './raster.ts';

/** Values of one metric over time: buckets in ascending time, those without samples absent. */
export interface ChartSeries {
  count: number;
  intervalMs: number;
  startsMs: Float64Array;
  min: Float64Array;
  mean: Float64Array;
  max: Float64Array;
}

export interface Chart {
  series: ChartSeries;
  fromMs: number;
  toMs: number;
  /** What may not be passed, and on which side it is passed. */
  limit?: { value: number; side: 'above' | 'below' } | undefined;
  /** When the alert began, if that is to be shown. */
  sinceMs?: number | undefined;
  /** Numerals of both axes; what else they hold is left blank. */
  formatValue: (value: number) => string;
  formatTime: (timeMs: number) => string;
}

export const CHART_SIZE = { width: 640, height: 240 } as const;

/** Okabe and Ito's colors, told apart with any eyesight; what counts differs in width and pattern as well. */
export const CHART_COLORS = {
  paper: [255, 255, 255],
  grid: [222, 222, 222],
  ink: [64, 64, 64],
  spread: [176, 208, 236],
  line: [0, 82, 155],
  limit: [40, 40, 40],
  breach: [213, 94, 0],
  beyond: [253, 236, 224],
  hatch: [240, 200, 172],
} as const satisfies Record<string, Color>;

const STEP = 1.7;
const TEXT_HEIGHT = 6 * STEP;
const MARGIN = 12;
/** Y axis: about so many lines. */
const LINES = 4;
const HOUR_MS = 3_600_000;
/** A line is not drawn over a silence of more than so many of the usual distances. */
const GAPS = 3;

/** Where times and values are in the picture, in pixels. */
export interface Scales {
  x(timeMs: number): number;
  y(value: number): number;
  plot: { left: number; top: number; right: number; bottom: number };
  ticks: number[];
}

/** Needs at least one bucket. */
export function chartScales({ series, fromMs, toMs, limit, formatValue }: Chart): Scales {
  const ends = limit === undefined ? [] : [limit.value];
  const lowest = Math.min(...series.min.subarray(0, series.count), ...ends);
  const highest = Math.max(...series.max.subarray(0, series.count), ...ends);
  const span = highest - lowest || Math.abs(highest) * 0.1 || 1;
  const [low, high] = [lowest - span * 0.1, highest + span * 0.1];
  const ticks = ticksBetween(low, high);
  const labels = ticks.map((tick) => numeralsWidth(formatValue(tick), { step: STEP }));
  const plot = {
    left: Math.ceil(Math.max(...labels, 0)) + 2 * MARGIN,
    top: MARGIN,
    right: CHART_SIZE.width - MARGIN,
    bottom: CHART_SIZE.height - TEXT_HEIGHT - 2 * MARGIN,
  };
  const share = (value: number) => (value - low) / (high - low);
  return {
    plot,
    ticks,
    x: (timeMs) => plot.left + ((timeMs - fromMs) / (toMs - fromMs)) * (plot.right - plot.left),
    y: (value) => plot.bottom - share(value) * (plot.bottom - plot.top),
  };
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function ticksBetween(low: number, high: number): number[] {
  const rough = (high - low) / LINES;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= rough)!;
  const ticks: number[] = [];
  for (let tick = Math.ceil(low / step); tick * step <= high; tick++) ticks.push(tick * step);
  return ticks;
}

/**
 * Draws the course of a metric on white, whatever the reader's background: the spread of each bucket, its mean as a line,
 * thick and orange where it lies beyond the limit, the limit dashed, what lies beyond it hatched.
 */
export function drawChart(chart: Chart): Raster {
  const raster = new Raster({ ...CHART_SIZE, color: CHART_COLORS.paper });
  const scales = chartScales(chart);
  drawBeyond(raster, chart, scales);
  drawAxes(raster, chart, scales);
  drawCourse(raster, chart, scales);
  drawLimit(raster, chart, scales);
  return raster;
}

function drawBeyond(raster: Raster, { limit }: Chart, { plot, y }: Scales): void {
  if (limit === undefined) return;
  const at = y(limit.value);
  const area = limit.side === 'above' ? { ...plot, bottom: at } : { ...plot, top: at };
  raster.fill(area, CHART_COLORS.beyond);
  const height = area.bottom - area.top;
  for (let x = area.left - height; x < area.right; x += 10) {
    const from = Math.max(x, area.left);
    const to = Math.min(x + height, area.right);
    if (to <= from) continue;
    const points: Point[] = [
      [from, area.bottom - (from - x)],
      [to, area.bottom - (to - x)],
    ];
    raster.stroke(points, { width: 1, color: CHART_COLORS.hatch });
  }
}

function drawAxes(raster: Raster, chart: Chart, { plot, ticks, x, y }: Scales): void {
  const { fromMs, toMs, formatValue, formatTime } = chart;
  const text = { step: STEP, color: CHART_COLORS.ink };
  const thin = { width: 1, color: CHART_COLORS.grid };
  for (const tick of ticks) {
    const at = Math.round(y(tick)) + 0.5;
    raster.stroke(
      [
        [plot.left, at],
        [plot.right, at],
      ],
      thin,
    );
    const label = formatValue(tick);
    const left = plot.left - MARGIN / 2 - numeralsWidth(label, text);
    drawNumerals(raster, label, { ...text, at: [left, at - TEXT_HEIGHT / 2] });
  }
  const stepMs = Math.max(1, Math.ceil((toMs - fromMs) / HOUR_MS / 8)) * HOUR_MS;
  for (let ms = Math.ceil(fromMs / stepMs) * stepMs; ms <= toMs; ms += stepMs) {
    const at = Math.round(x(ms)) + 0.5;
    raster.stroke(
      [
        [at, plot.top],
        [at, plot.bottom],
      ],
      thin,
    );
    const label = formatTime(ms);
    const width = numeralsWidth(label, text);
    const left = Math.min(at - width / 2, CHART_SIZE.width - width - 2);
    drawNumerals(raster, label, { ...text, at: [left, plot.bottom + MARGIN * 0.75] });
  }
  const frame: Point[] = [
    [plot.left, plot.top],
    [plot.left, plot.bottom],
    [plot.right, plot.bottom],
  ];
  raster.stroke(frame, { width: 1, color: CHART_COLORS.ink });
}

function drawCourse(raster: Raster, { series, limit }: Chart, { x, y }: Scales): void {
  const { count, intervalMs, startsMs, min, mean, max } = series;
  const middle = (at: number) => startsMs[at]! + intervalMs / 2;
  for (let at = 0; at < count; at++) {
    const column = x(middle(at));
    raster.stroke(
      [
        [column, y(min[at]!)],
        [column, y(max[at]!)],
      ],
      { width: 3, color: CHART_COLORS.spread },
    );
  }
  // A bucket that holds a breach shows it, however good its mean: what raised the alert may share one with better values.
  const isBeyond = (at: number) =>
    limit !== undefined &&
    (limit.side === 'above' ? max[at]! > limit.value : min[at]! < limit.value);
  const breakMs = GAPS * usualDistance(series);
  const pointOf = (at: number): Point => [x(middle(at)), y(mean[at]!)];
  for (let at = 0; at < count; at++) {
    const style = isBeyond(at)
      ? { width: 4.5, color: CHART_COLORS.breach }
      : { width: 2, color: CHART_COLORS.line };
    const isJoined = at > 0 && startsMs[at]! - startsMs[at - 1]! <= breakMs;
    raster.stroke(isJoined ? [pointOf(at - 1), pointOf(at)] : [pointOf(at)], style);
  }
}

/** Half of the buckets follow each other no farther apart than this. */
function usualDistance({ count, intervalMs, startsMs }: ChartSeries): number {
  const distances: number[] = [];
  for (let at = 1; at < count; at++) distances.push(startsMs[at]! - startsMs[at - 1]!);
  distances.sort((a, b) => a - b);
  return Math.max(intervalMs, distances[distances.length >> 1] ?? intervalMs);
}

function drawLimit(raster: Raster, chart: Chart, { plot, x, y }: Scales): void {
  const { limit, sinceMs, fromMs, toMs, formatValue } = chart;
  if (sinceMs !== undefined && sinceMs >= fromMs && sinceMs <= toMs) {
    const at = x(sinceMs);
    for (let top = plot.top; top < plot.bottom; top += 6) {
      raster.stroke(
        [
          [at, top],
          [at, top + 2],
        ],
        { width: 1.5, color: CHART_COLORS.breach },
      );
    }
  }
  if (limit === undefined) return;
  const at = y(limit.value);
  for (let left = plot.left; left < plot.right; left += 12) {
    const end = Math.min(left + 7, plot.right);
    raster.stroke(
      [
        [left, at],
        [end, at],
      ],
      { width: 2, color: CHART_COLORS.limit },
    );
  }
  const label = formatValue(limit.value);
  const text = { step: STEP, color: CHART_COLORS.limit };
  const width = numeralsWidth(label, text);
  const left = plot.left + 8;
  const top = limit.side === 'above' ? at + 6 : at - TEXT_HEIGHT - 6;
  const box = {
    left: left - 3,
    top: top - 3,
    right: left + width + 3,
    bottom: top + TEXT_HEIGHT + 3,
  };
  raster.fill(box, CHART_COLORS.paper);
  drawNumerals(raster, label, { ...text, at: [left, top] });
}
