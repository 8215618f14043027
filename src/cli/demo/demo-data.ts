import { createRequire } from 'node:module';
import { usageError } from '../command-error.ts';
import { metricName } from '../import/columns.ts';
import { readCsv, sampleCsv } from '../import/csv-source.ts';
import { isMissing, parseNumber } from '../import/numbers.ts';

// Tested by: cli/demo/demo.test.ts

/** A measured series in its own order; when it was measured is told, not sent. */
export interface DemoSeries {
  sensorId: string;
  location: string;
  metric: string;
  unit: string;
  values: Float64Array;
  /** First and last time, as the file writes them. */
  first: string;
  last: string;
  /** Limits that the data cross now and then. */
  limits: { high: number; veryHigh: number; low: number };
}

/**
 * The series of a CSV file: its first column is the time, the first further column that holds numbers the
 * values. Without a path: the hourly temperatures of San Francisco, 2010, in °C.
 */
export async function loadDemoSeries(path: string | undefined): Promise<DemoSeries> {
  if (path === undefined) return sanFrancisco();
  const { values, header, first, last } = await readColumn(path);
  return {
    sensorId: 'demo-sensor',
    location: 'demo',
    metric: metricName(header),
    unit: '',
    values,
    first,
    last,
    limits: limitsFrom(values),
  };
}

async function sanFrancisco(): Promise<DemoSeries> {
  const path = createRequire(import.meta.url).resolve('vega-datasets/data/sf-temps.csv');
  const column = await readColumn(path);
  return {
    sensorId: 'san-francisco',
    location: 'San Francisco',
    metric: 'temperature',
    unit: 'Cel',
    values: column.values.map((fahrenheit) => Math.round(((fahrenheit - 32) / 1.8) * 100) / 100),
    first: column.first,
    last: column.last,
    limits: { high: 21.8, veryHigh: 22.2, low: 7.8 },
  };
}

async function readColumn(path: string) {
  const sample = sampleCsv(path, { encoding: 'utf-8' });
  const column = sample.header.findIndex(
    (_, index) =>
      index > 0 &&
      sample.rows.some((row) => {
        const cell = row[index] ?? '';
        return !isMissing(cell) && parseNumber(cell, false) !== undefined;
      }),
  );
  if (column < 0) throw usageError(`${path} has no column of numbers after the first`);
  const values: number[] = [];
  let first = '';
  let last = '';
  for await (const { cells } of readCsv(sample.format, () => {})) {
    const value = parseNumber(cells[column] ?? '', false);
    if (value === undefined) continue;
    if (values.length === 0) first = cells[0] ?? '';
    last = cells[0] ?? '';
    values.push(value);
  }
  const header = sample.header[column] ?? '';
  return { values: Float64Array.from(values), header, first, last };
}

/** The values that 2 %, 0.5 % and 98 % of the data exceed. */
export function limitsFrom(values: Float64Array): DemoSeries['limits'] {
  const sorted = values.toSorted();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { high: at(0.98), veryHigh: Math.max(at(0.995), at(0.98)), low: at(0.02) };
}
