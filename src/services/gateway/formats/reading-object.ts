import { isMetricName, isSensorId } from '#domain/reading.ts';
import { parseTime } from '#domain/time.ts';
import { pointerToken } from '#platform/json-scan.ts';
import {
  type Fault,
  fault,
  isFault,
  metricFault,
  noValues,
  quote,
  readSensorId,
  timeFault,
  tooManyMetrics,
} from './faults.ts';
import { internShape } from './interning.ts';
import { checkTime, type ParseContext } from './parse-context.ts';
import type { ReadingColumns } from './reading-columns.ts';
import { parseMetadata } from './reading-metadata.ts';
import { UNTIMED } from './receipt-times.ts';

// Tested by: json.test.ts

const FIELDS = new Set(['sensor_id', 'timestamp', 'readings', 'metadata']);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The sensor that a refused reading seems to be of, for the list of dead letters. */
export function sensorIdOf(value: unknown, context: ParseContext): string | null {
  const given = isObject(value) ? value.sensor_id : undefined;
  if (typeof given === 'string' && isSensorId(given)) return given;
  return given === undefined || given === null ? (context.defaultSensorId ?? null) : null;
}

/**
 * Checks one value as `JSON.parse` gives it against the contract's reading and adds it to the columns.
 * Returns the first fault instead where there is one; nothing is added then. `index` is its place in the
 * request.
 */
export function addReadingObject(
  value: unknown,
  index: number,
  target: { columns: ReadingColumns; context: ParseContext },
): Fault | undefined {
  const { columns, context } = target;
  if (!isObject(value)) return fault('not_an_object', '', 'A reading is a JSON object.');
  for (const name of Object.keys(value)) {
    if (!FIELDS.has(name)) {
      return fault(
        'unknown_field',
        `/${pointerToken(name)}`,
        `A reading has no field ${quote(name)}; it has sensor_id, timestamp, readings, metadata.`,
      );
    }
  }
  const sensorId = readSensorId(value.sensor_id, context);
  if (isFault(sensorId)) return sensorId;
  const timeMs = readTime(value.timestamp, context);
  if (isFault(timeMs)) return timeMs;
  const names = pushValues(value.readings, columns, context.limits.metricsPerReading);
  const metadata = isFault(names)
    ? names
    : (context.parseMetadata ?? parseMetadata)(value.metadata);
  if (isFault(names) || isFault(metadata)) {
    columns.rewind();
    return metadata as Fault;
  }
  columns.add({ index, sensorId, timeMs, shape: internShape(names), metadata });
  return undefined;
}

function readTime(given: unknown, context: ParseContext): number | Fault {
  if (given === undefined || given === null) return UNTIMED;
  if (typeof given !== 'string') {
    return fault('timestamp_invalid', '/timestamp', 'timestamp must be a string (RFC 3339).');
  }
  const time = parseTime(given);
  if (!time.ok) {
    return fault(
      time.code,
      '/timestamp',
      time.code === 'timestamp_without_offset'
        ? `${quote(given)} has no offset; end it with Z or with one such as +01:00.`
        : `${quote(given)} is not an RFC 3339 time.`,
    );
  }
  const problem = checkTime(time.ms, context);
  return problem === undefined ? time.ms : timeFault(problem, quote(given));
}

function valueFault(name: string, value: unknown): Fault {
  const pointer = `/readings/${pointerToken(name)}`;
  return typeof value === 'number'
    ? fault('value_not_finite', pointer, `The value of ${quote(name)} is too large.`)
    : fault('value_not_number', pointer, `The value of ${quote(name)} is not a number.`);
}

/** Pushes the values and returns the names, in the order of `Object.keys`. A null was not measured. */
function pushValues(given: unknown, columns: ReadingColumns, limit: number): string[] | Fault {
  if (!isObject(given)) {
    return fault('readings_missing', '/readings', 'readings must be an object of numbers.');
  }
  const names: string[] = [];
  for (const name of Object.keys(given)) {
    if (!isMetricName(name)) return metricFault(name);
    const value = given[name];
    if (value === null) continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) return valueFault(name, value);
    if (names.push(name) > limit) return tooManyMetrics(limit);
    columns.pushValue(value);
  }
  return names.length === 0 ? noValues() : names;
}
