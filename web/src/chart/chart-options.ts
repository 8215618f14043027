import type uPlot from 'uplot';
import { unitText } from '#engine/messages/unit-text.ts';
import type { Formats } from '../format/use-formats.ts';
import { drawLate } from './draw-late.ts';
import { drawBands, drawLimits, type Marks } from './draw-marks.ts';
import { drawRangeBand } from './draw-range-band.ts';
import type { ChartLine } from './history-chart.tsx';
import { endOfRow, longestLateMs } from './late-stretches.ts';
import type { ChartColors } from './use-chart-colors.ts';

/** Lines are told apart by their dashes too, never by colour alone. */
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]] as const;
const BAND_ALPHA = '2b';
const DAY_S = 86_400;

interface ChartOptionsInput {
  lines: readonly ChartLine[];
  colors: ChartColors;
  formats: Formats;
  timeLabel: string;
  /** Beside the time of what came late. */
  lateLabel: string;
  width: number;
  height: number;
  marks(): Marks;
}

const colorOf = ({ lines }: ChartColors, at: number) => lines[at % lines.length] as string;

/** One scale for each unit: two at most have an axis, left and right. */
const scaleOf = (unit: string | null) => `y:${unit ?? ''}`;

export function chartOptions(input: ChartOptionsInput): uPlot.Options {
  const { lines, colors, width, height, marks } = input;
  const units = [...new Set(lines.map(({ unit }) => unit))];
  return {
    width,
    height,
    padding: [12, 12, 0, 4],
    legend: { live: true },
    cursor: {
      drag: { x: true, y: false, setScale: false },
      focus: { prox: 24 },
      bind: { dblclick: () => null },
    },
    scales: { x: { time: true, auto: false } },
    series: [
      {
        label: input.timeLabel,
        // biome-ignore lint/complexity/useMaxParams: uPlot's own form
        value: (chart, time, _series, at) => momentOf({ chart, time, at }, input),
      },
      ...lines.flatMap((line, at) => seriesOf(line, at, input)),
    ],
    axes: [timeAxis(input), ...units.slice(0, 2).map((unit, at) => valueAxis(unit, at, input))],
    hooks: {
      drawAxes: [
        (chart) => {
          drawBands(chart, marks(), colors);
          drawLate(chart, marks().late, colors.text);
        },
      ],
      drawSeries: [
        (chart, at) => {
          // After the highest of a line, so that its mean is drawn over the band.
          if (at % 3 === 2) drawRangeBand(chart, at, colorOf(colors, (at - 2) / 3) + BAND_ALPHA);
        },
      ],
      draw: [(chart) => drawLimits(chart, marks(), { colors, scaleOf })],
    },
  };
}

/** The time under the pointer, and whether what lies there came late. */
function momentOf(
  { chart, time, at }: { chart: uPlot; time: number | null; at: number | null | undefined },
  { formats, lateLabel, marks }: ChartOptionsInput,
): string {
  if (time === null) return '–';
  const moment = formats.moment(new Date(time * 1000).toISOString());
  const endS = at == null ? time + 1 : endOfRow(chart.data[0], at);
  return longestLateMs(marks().late, time, endS) === undefined
    ? moment
    : `${moment} · ${lateLabel}`;
}

function seriesOf(
  line: ChartLine,
  at: number,
  { colors, formats }: ChartOptionsInput,
): uPlot.Series[] {
  const scale = scaleOf(line.unit);
  const stroke = colorOf(colors, at);
  const edge: uPlot.Series = {
    scale,
    stroke: 'transparent',
    width: 0,
    points: { show: false },
    // Not drawn as lines: the band between them is.
    paths: () => null,
    class: 'edge',
  };
  return [
    edge,
    edge,
    {
      label: line.label,
      scale,
      stroke,
      width: 1.5,
      dash: [...(DASHES[at % DASHES.length] ?? [])],
      // A lone sample between two gaps would not be seen as a line.
      points: { size: 4, fill: stroke },
      value: (_chart, value) => formats.quantity(value, line.unit),
    },
  ];
}

function timeAxis({ colors, formats }: ChartOptionsInput): uPlot.Axis {
  return {
    stroke: colors.text,
    grid: { stroke: colors.grid, width: 1 },
    ticks: { stroke: colors.grid, width: 1 },
    // biome-ignore lint/complexity/useMaxParams: uPlot's own form
    values: (_chart, splits, _axis, _space, step) =>
      splits.map((time) =>
        step >= DAY_S ? formats.day(time * 1000) : formats.tick(time * 1000, step),
      ),
  };
}

function valueAxis(
  unit: string | null,
  at: number,
  { colors, formats }: ChartOptionsInput,
): uPlot.Axis {
  return {
    scale: scaleOf(unit),
    side: at === 0 ? 3 : 1,
    label: unitText(unit),
    labelSize: 22,
    stroke: colors.text,
    size: 64,
    grid: { show: at === 0, stroke: colors.grid, width: 1 },
    ticks: { stroke: colors.grid, width: 1 },
    values: (_chart, splits) => splits.map((value) => formats.number(value)),
  };
}
