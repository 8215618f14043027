import { isMetricName } from '#domain/reading.ts';
import { usageError } from '../command-error.ts';
import { isMissing, parseNumber } from './numbers.ts';

// Tested by: cli/import/import.test.ts

export interface ColumnOptions {
  timeColumn?: string;
  /** The one sensor of a file that names none. */
  sensor?: string;
  sensorColumn?: string;
  metrics?: readonly string[];
  decimalComma: boolean;
}

/** Which column is what. Positions count from 0. */
export type ColumnPlan = { time: number; width: number; skipped: string[] } & (
  | { shape: 'wide'; sensor: number | string; metrics: { column: number; metric: string }[] }
  | { shape: 'long'; sensor: number | string; metric: number; value: number }
);

const TIME = /^(?:timestamp|time|_time|date|datetime|date_time|ts|heure|horodatage|zeit)$/i;
const SENSOR = /^(?:sensor_id|sensor|sensorid|device_id|device|capteur)$/i;
const METRIC = /^(?:metric|_field|field|measure|variable|parameter|mesure|grandeur)$/i;
const VALUE = /^(?:value|_value|valeur)$/i;
/** Columns of the platform's own export and of a file of rejected rows, which hold no values. */
const OURS = /^(?:unit|received_at|rejected_line|rejected_code|rejected_detail)$/i;

/**
 * Finds out how the file is laid out from its header and first rows. Long: columns for metric and value;
 * wide: a column for each metric. Throws a usage error that says which option is missing.
 */
export function planColumns(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: ColumnOptions,
): ColumnPlan {
  const time = findTime(header, options);
  const sensor = findSensor(header, options);
  const metric = header.findIndex((name) => METRIC.test(name));
  const value = header.findIndex((name) => VALUE.test(name));
  const width = header.length;
  if (metric >= 0 && value >= 0) {
    return { shape: 'long', time, sensor, metric, value, width, skipped: [] };
  }
  const metrics: { column: number; metric: string }[] = [];
  const skipped: string[] = [];
  for (const [column, name] of header.entries()) {
    if (column === time || column === sensor) continue;
    const isWanted = options.metrics === undefined || options.metrics.includes(name);
    if (!isWanted || OURS.test(name) || !holdsNumbers(rows, column, options)) skipped.push(name);
    else metrics.push({ column, metric: metricName(name) });
  }
  for (const name of options.metrics ?? []) {
    if (!header.includes(name)) throw noColumn(name, header);
    if (skipped.includes(name)) throw usageError(`the column '${name}' holds no numbers`);
  }
  const names = metrics.map((one) => one.metric);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usageError(`two columns would both be the metric '${twice}'`);
  if (metrics.length === 0) {
    throw usageError('no column holds numbers (numbers with a decimal comma need --decimal-comma)');
  }
  return { shape: 'wide', time, sensor, metrics, width, skipped };
}

function noColumn(name: string, header: readonly string[]) {
  return usageError(`there is no column '${name}'; there are ${header.join(', ')}`);
}

function findTime(header: readonly string[], options: ColumnOptions): number {
  if (options.timeColumn !== undefined) {
    const at = header.indexOf(options.timeColumn);
    if (at < 0) throw noColumn(options.timeColumn, header);
    return at;
  }
  const at = header.findIndex((name) => TIME.test(name));
  if (at < 0) {
    throw usageError(`which column is the time? say --time-column; there are ${header.join(', ')}`);
  }
  return at;
}

function findSensor(header: readonly string[], options: ColumnOptions): number | string {
  if (options.sensor !== undefined) return options.sensor;
  if (options.sensorColumn !== undefined) {
    const at = header.indexOf(options.sensorColumn);
    if (at < 0) throw noColumn(options.sensorColumn, header);
    return at;
  }
  const at = header.findIndex((name) => SENSOR.test(name));
  if (at < 0) {
    throw usageError('which sensor is it? say --sensor <id>, or --sensor-column <name>');
  }
  return at;
}

/** Of the cells of the first rows that are not missing, more are numbers than are not. */
function holdsNumbers(
  rows: readonly (readonly string[])[],
  column: number,
  options: ColumnOptions,
): boolean {
  let numbers = 0;
  let others = 0;
  for (const row of rows) {
    const cell = row[column] ?? '';
    if (isMissing(cell)) continue;
    if (parseNumber(cell, options.decimalComma) === undefined) others++;
    else numbers++;
  }
  return numbers > others;
}

/** A header as a metric name: what a name may not hold becomes `_`. */
export function metricName(header: string): string {
  const name = header
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}\-_.]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 64);
  if (!isMetricName(name)) throw usageError(`the column '${header}' cannot be a metric name`);
  return name;
}
