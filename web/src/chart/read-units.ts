import type { ReadUnit } from '../format/quantities.ts';
import type { Columns } from './columns.ts';
import type { ChartLimit, ChartLine } from './history-chart.tsx';

type Convert = (measured: number) => number;
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

/** By the times of the columns that were sent: live samples are added to those, and only what is new is converted. */
const known = new WeakMap<readonly number[], { value: Convert; columns: Columns }>();

function converted(sent: Columns, value: Convert): Columns {
  const before = known.get(sent.times);
  const columns =
    before?.value === value ? before.columns : { times: sent.times, mean: [], min: [], max: [] };
  for (const name of ['mean', 'min', 'max'] as const) {
    const [from, to] = [sent[name], columns[name]];
    for (let at = to.length; at < from.length; at += 1) {
      const measured = from[at] as number | null;
      to.push(measured === null ? null : value(measured));
    }
  }
  known.set(sent.times, { value, columns });
  // Another object each time: that is how those who draw it know that it has grown.
  return { ...columns };
}
