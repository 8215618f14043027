import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { useTranslations } from 'use-intl';
import type { Severity } from '#domain/rule.ts';
import 'uplot/dist/uPlot.min.css';
import { type Formats, useFormats } from '../format/use-formats.ts';
import { chartOptions } from './chart-options.ts';
import { type Columns, thinned, thinningOf } from './columns.ts';
import styles from './history-chart.module.css';
import type { ChartLate } from './late-stretches.ts';
import { type Moves, movesOf } from './moves.ts';
import { inReadUnit, limitInReadUnit } from './read-units.ts';
import { useChartColors } from './use-chart-colors.ts';

export interface ChartLine {
  /** What tells it from the others; stays the same while it is shown. */
  key: string;
  label: string;
  unit: string | null;
  columns: Columns;
}

/** Where a rule begins to speak. */
export interface ChartLimit {
  value: number;
  unit: string | null;
  severity: Severity;
}

/** When an alert was active, ms; `toMs` undefined = still. */
export interface ChartBand {
  fromMs: number;
  toMs: number | undefined;
  severity: Severity;
}

export interface ChartRange {
  fromMs: number;
  toMs: number;
}

export interface HistoryChartProps {
  lines: readonly ChartLine[];
  limits: readonly ChartLimit[];
  bands: readonly ChartBand[];
  /** Ascending; of the first line. */
  late: readonly ChartLate[];
  range: ChartRange;
  /** What a reader who cannot see the chart is told of it. */
  label: string;
  /** Dragging chooses a range to look into, or moves the picture. */
  dragMode: 'zoom' | 'pan';
  /** The reader has moved or zoomed; told once the hand rests. */
  onRange(range: ChartRange): void;
}

const HEIGHT = 360;
/** Rows of a line in sight, as many as history is asked for: more are drawn as fewer, or moving them is no longer smooth. */
const MOST_ROWS = 1500;

/**
 * Minimum to maximum as a band, the mean as a line, gaps as gaps; limits and alerts drawn in. Drag to zoom (Shift
 * or the pan mode moves), Ctrl and wheel zooms, arrow keys move, + and - zoom.
 */
export function HistoryChart(sent: HistoryChartProps) {
  const props = useReadUnits(sent);
  const { lines, limits, bands, late, range, label, dragMode } = props;
  const formats = useFormats();
  const words = useTranslations('words');
  const colors = useChartColors();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const moves = useRef<Moves>(null);
  const latest = useRef(props);
  latest.current = props;
  // The chart is made anew only when what it is made of changes; values and ranges are set on it.
  const shape = lines.map(({ key, label: name, unit }) => `${key}\t${name}\t${unit}`).join('\n');
  useEffect(() => {
    const node = place.current;
    if (node === null || shape === '') return;
    const made = new uPlot(
      chartOptions({
        lines: latest.current.lines,
        colors,
        formats,
        timeLabel: words('time'),
        lateLabel: words('late'),
        width: node.clientWidth,
        height: HEIGHT,
        marks: () => latest.current,
      }),
      dataOf(latest.current.lines, latest.current.range),
      node,
    );
    chart.current = made;
    showRange(made, latest.current.range);
    moves.current = movesOf(made, node, () => latest.current);
    const resize = new ResizeObserver(() =>
      made.setSize({ width: node.clientWidth, height: HEIGHT }),
    );
    resize.observe(node);
    return () => {
      resize.disconnect();
      moves.current?.end();
      moves.current = null;
      made.destroy();
      chart.current = null;
    };
  }, [shape, colors, formats, words]);
  useEffect(() => {
    const made = chart.current;
    if (made === null || lines.length + 1 > made.series.length) return;
    // What comes meanwhile does not take the picture out of the reader's hand.
    const shown = moves.current?.untold() ?? range;
    made.batch(() => {
      made.setData(dataOf(lines, shown), false);
      showRange(made, shown);
    });
  }, [lines, range]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn by hooks that read `latest`
  useEffect(() => chart.current?.redraw(false, false), [limits, bands, late]);
  const description = useMemo(() => describe(lines, formats), [lines, formats]);
  return (
    <figure className={styles.figure}>
      <div
        ref={place}
        className={styles.chart}
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the chart, + and - zoom it (WCAG 2.1.1)
        tabIndex={0}
        aria-label={`${label} ${description}`}
        data-drag={dragMode}
      />
    </figure>
  );
}

/** In the units of the reader, before anything is drawn: what is measured alike shares an axis. */
function useReadUnits(sent: HistoryChartProps): HistoryChartProps {
  const { readUnit } = useFormats();
  const lines = useMemo(
    () => sent.lines.map((line) => inReadUnit(line, readUnit)),
    [sent.lines, readUnit],
  );
  const limits = useMemo(
    () => sent.limits.map((limit) => limitInReadUnit(limit, readUnit)),
    [sent.limits, readUnit],
  );
  return { ...sent, lines, limits };
}

function showRange(chart: uPlot, { fromMs, toMs }: ChartRange): void {
  chart.setScale('x', { min: fromMs / 1000, max: toMs / 1000 });
}

/** uPlot's form: one column of times for all lines, then minimum, maximum and mean of each. */
function dataOf(lines: readonly ChartLine[], range: ChartRange): uPlot.AlignedData {
  const tables = lines.map(({ columns }): uPlot.AlignedData => {
    const { times, min, max, mean } = inSight(columns, range);
    return [times, min, max, mean];
  });
  const [only] = tables;
  if (only === undefined) return [[]];
  return tables.length === 1 ? only : uPlot.join(tables);
}

/** What is closer than pixels is drawn once. */
function inSight(columns: Columns, { fromMs, toMs }: ChartRange): Columns {
  const of = { fromS: fromMs / 1000, toS: toMs / 1000, most: MOST_ROWS };
  const count = thinningOf(columns, of);
  return count === 1 ? columns : thinned(columns, count);
}

/** Lowest and highest of each line, in words. */
function describe(lines: readonly ChartLine[], formats: Formats): string {
  return lines
    .map(({ label, unit, columns }) => {
      let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const value of columns.min) if (value !== null && value < low) low = value;
      for (const value of columns.max) if (value !== null && value > high) high = value;
      if (low > high) return `${label}: –`;
      return `${label}: ${formats.quantity(low, unit)} … ${formats.quantity(high, unit)}`;
    })
    .join('; ');
}
