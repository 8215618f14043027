import type { ReadUnit } from '../format/quantities.ts';
import type { Columns } from './columns.ts';
import type { ChartLimit, ChartLine } from './history-chart.tsx';

type ReadUnitOf = (unit: string | null) => ReadUnit;

/** A line in the unit that the reader reads; the same object where that is the one that was sent. */
export function inReadUnit(line: ChartLine, readUnit: ReadUnitOf): ChartLine {
  const { unit, value } = readUnit(line.unit);
  if (value === undefined) return line;
  return { ...line, unit, columns: converted(line.columns, value) };
}

export function limitInReadUnit(limit: ChartLimit, readUnit: ReadUnitOf): ChartLimit {
  const { unit, value } = readUnit(limit.unit);
  return value === undefined ? limit : { ...limit, unit, value: value(limit.value) };
}

function converted(columns: Columns, value: (measured: number) => number): Columns {
  const one = (measured: number | null) => (measured === null ? null : value(measured));
  return {
    times: columns.times,
    mean: columns.mean.map(one),
    min: columns.min.map(one),
    max: columns.max.map(one),
  };
}
