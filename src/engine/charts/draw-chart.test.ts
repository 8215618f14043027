import { describe, expect, test } from 'vitest';
import { decodePng } from '#test/support/decode-png.ts';
import { CHART_COLORS, CHART_SIZE, type Chart, chartScales, drawChart } from './draw-chart.ts';
import { numeralsWidth } from './numerals.ts';
import { encodePng } from './png.ts';
import type { Color } from './raster.ts';

const HOUR = 3_600_000;
const fromMs = Date.UTC(2026, 10, 22);

/** One bucket each five minutes from `values`, a spread of one around each. */
function chartOf(values: readonly number[], more: Partial<Chart> = {}): Chart {
  const intervalMs = 5 * 60_000;
  return {
    series: {
      count: values.length,
      intervalMs,
      startsMs: Float64Array.from(values, (_, at) => fromMs + at * intervalMs),
      mean: Float64Array.from(values),
      min: Float64Array.from(values, (value) => value - 0.5),
      max: Float64Array.from(values, (value) => value + 0.5),
    },
    fromMs,
    toMs: fromMs + 6 * HOUR,
    formatValue: String,
    formatTime: (timeMs) => new Date(timeMs).toISOString().slice(11, 16),
    ...more,
  };
}

function draw(chart: Chart) {
  const png = decodePng(encodePng(drawChart(chart)));
  const scales = chartScales(chart);
  const { intervalMs, startsMs } = chart.series;
  const pixel = (x: number, y: number) => png.at(Math.floor(x), Math.floor(y));
  return {
    png,
    scales,
    pixel,
    /** Where the line passes at this bucket. */
    onLine: (at: number) =>
      pixel(scales.x(startsMs[at]! + intervalMs / 2), scales.y(chart.series.mean[at]!)),
    isSomewhere(color: Color) {
      for (let y = 0; y < png.height; y++) {
        for (let x = 0; x < png.width; x++) {
          if (png.at(x, y).every((part, channel) => part === color[channel])) return true;
        }
      }
      return false;
    },
  };
}

/** But for the softness of its edge. */
const like = (color: Color) => color.map((part) => expect.closeTo(part, -1.3));

const steady = Array.from({ length: 72 }, () => 5);
const rising = Array.from({ length: 72 }, (_, at) => (at < 36 ? 3 : 3 + (at - 36) * 0.25));

describe('a chart', () => {
  test('shows the line at each of its values, on white', () => {
    const { png, onLine, pixel, scales } = draw(chartOf(rising));
    expect([png.width, png.height]).toEqual([CHART_SIZE.width, CHART_SIZE.height]);
    for (let at = 0; at < rising.length; at++) expect(onLine(at)).toEqual(like(CHART_COLORS.line));
    expect(pixel(1, 1)).toEqual(CHART_COLORS.paper);
    const { x, y } = scales;
    expect(pixel(x(fromMs + 1.25 * HOUR), y(8.6))).toEqual(CHART_COLORS.paper);
  });

  test('shows the limit as a dashed line, what lies beyond it hatched, and the breach thick', () => {
    const { onLine, pixel, scales } = draw(chartOf(rising, { limit: { value: 8, side: 'above' } }));
    expect(onLine(10)).toEqual(like(CHART_COLORS.line));
    for (let at = 60; at < 72; at++) expect(onLine(at)).toEqual(like(CHART_COLORS.breach));
    const { plot, x, y } = scales;
    const along = [];
    for (let left = plot.left + 100; left < plot.left + 200; left++) along.push(pixel(left, y(8)));
    const isDash = (color: readonly number[]) => color[0]! < 80;
    const dashes = along.filter(isDash).length;
    expect(dashes).toBeGreaterThan(40);
    expect(dashes).toBeLessThan(80);
    const beyond = [];
    for (let left = plot.left; left < x(fromMs + 2 * HOUR); left++) {
      beyond.push(pixel(left, y(9)).join());
    }
    expect(beyond).toContain(CHART_COLORS.beyond.join());
    expect(new Set(beyond).size).toBeGreaterThan(1);
    expect(pixel(x(fromMs + 1.25 * HOUR), y(5.6))).toEqual(CHART_COLORS.paper);
  });

  test('of a lower limit has its breach below', () => {
    const falling = rising.map((value) => 20 - value);
    const { onLine } = draw(chartOf(falling, { limit: { value: 12, side: 'below' } }));
    expect(onLine(10)).toEqual(like(CHART_COLORS.line));
    expect(onLine(71)).toEqual(like(CHART_COLORS.breach));
  });

  test('without a breach has nothing in the color of one', () => {
    const limit = { value: 8, side: 'above' } as const;
    expect(draw(chartOf(steady, { limit })).isSomewhere(CHART_COLORS.breach)).toBe(false);
    const sinceMs = fromMs + 3 * HOUR;
    expect(draw(chartOf(steady, { limit, sinceMs })).isSomewhere(CHART_COLORS.breach)).toBe(true);
  });

  test('draws no line over a silence', () => {
    const chart = chartOf(steady);
    for (let at = 36; at < 72; at++) chart.series.startsMs[at]! += 2 * HOUR;
    const { pixel, scales, onLine } = draw(chart);
    expect(onLine(35)).toEqual(like(CHART_COLORS.line));
    expect(pixel(scales.x(fromMs + 4.25 * HOUR), scales.y(5))).not.toEqual(CHART_COLORS.line);
    expect(onLine(36)).toEqual(like(CHART_COLORS.line));
  });

  test('has numerals of both axes within it', () => {
    const chart = chartOf(rising, { formatValue: (value) => `-12 345,${value}` });
    const { png, scales } = draw(chart);
    const inked = (area: { left: number; right: number; top: number; bottom: number }) => {
      let count = 0;
      for (let y = Math.ceil(area.top); y < area.bottom; y++) {
        for (let x = Math.ceil(area.left); x < area.right; x++) if (png.at(x, y)[0] < 128) count++;
      }
      return count;
    };
    const { plot } = scales;
    expect(inked({ left: 2, right: plot.left - 3, top: 0, bottom: plot.bottom })).toBeGreaterThan(
      100,
    );
    expect(
      inked({ left: 0, right: png.width, top: plot.bottom + 3, bottom: png.height }),
    ).toBeGreaterThan(100);
    for (let y = 0; y < png.height; y++) expect(png.at(0, y)).toEqual(CHART_COLORS.paper);
  });

  test.each([
    ['one value that never moves', steady],
    ['zero', steady.map(() => 0)],
    ['huge values', rising.map((value) => value * 1e12)],
    ['tiny values', rising.map((value) => value * 1e-9)],
    ['two buckets', [1, 2]],
  ])('is drawn of %s', (_, values) => {
    const { onLine } = draw(chartOf(values, { limit: { value: values[0]!, side: 'below' } }));
    expect(onLine(0)).not.toEqual(CHART_COLORS.paper);
  });
});

test('a numeral is as wide on every machine, and what is none is a space', () => {
  expect(numeralsWidth('', { step: 2 })).toBe(0);
  expect(numeralsWidth('8', { step: 2 })).toBe(8);
  expect(numeralsWidth('1.5', { step: 2 })).toBeCloseTo(25.6);
  expect(numeralsWidth('x', { step: 2 })).toBe(numeralsWidth(' ', { step: 2 }));
});
