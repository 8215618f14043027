import type { ErrorCode } from '#domain/errors.ts';
import { isSensorId } from '#domain/reading.ts';
import { pointerToken } from '#platform/json-scan.ts';
import type { ParseContext } from './parse-context.ts';

// Tested by: json.test.ts

/** Why a reading is refused. */
export interface Fault {
  code: ErrorCode;
  /** JSON pointer (RFC 6901) within the reading. */
  pointer: string;
  detail: string;
}

/** Texts that a fault quotes are cut to this. */
const QUOTED_CHARACTERS = 80;

export function fault(code: ErrorCode, pointer: string, detail: string): Fault {
  return { code, pointer, detail };
}

export function isFault(value: object | number | string | undefined): value is Fault {
  return typeof value === 'object' && 'pointer' in value && 'code' in value;
}

/** For details: the text in quotes, not longer than a line. */
export function quote(text: string): string {
  return JSON.stringify(
    text.length > QUOTED_CHARACTERS ? `${text.slice(0, QUOTED_CHARACTERS)}…` : text,
  );
}

/** The sensor that a reading is of, given what it says itself (undefined or null: nothing). */
export function readSensorId(given: unknown, context: ParseContext): string | Fault {
  const { defaultSensorId } = context;
  if (given === undefined || given === null) {
    return defaultSensorId ?? fault('sensor_id_missing', '/sensor_id', 'sensor_id is missing.');
  }
  if (typeof given !== 'string') {
    return fault('sensor_id_invalid', '/sensor_id', 'sensor_id must be a string.');
  }
  if (!isSensorId(given)) {
    return fault(
      'sensor_id_invalid',
      '/sensor_id',
      `${quote(given)} is not a sensor_id: 1 to 200 letters, digits, '-', '_', '.' and ':'.`,
    );
  }
  if (defaultSensorId !== undefined && given !== defaultSensorId) {
    return fault(
      'sensor_id_mismatch',
      '/sensor_id',
      `The payload names ${quote(given)}, the topic ${quote(defaultSensorId)}.`,
    );
  }
  return given;
}

/** A time that is a time and still refused. */
export function timeFault(code: 'timestamp_in_future' | 'timestamp_too_old', shown: string): Fault {
  return fault(
    code,
    '/timestamp',
    code === 'timestamp_in_future'
      ? `${shown} lies too far ahead of the time of receipt.`
      : `${shown} is older than readings are kept.`,
  );
}

export function metricFault(name: string): Fault {
  return fault(
    'metric_invalid',
    `/readings/${pointerToken(name)}`,
    `${quote(name)} is not a metric name: 1 to 64 letters, digits, '-', '_' and '.'.`,
  );
}

export function tooManyMetrics(limit: number): Fault {
  return fault('too_many_metrics', '/readings', `A reading holds at most ${limit} metrics.`);
}

/** More members than a reading, or its `readings`, may have, those that are null included. */
export function mostMembers(metricsPerReading: number): number {
  return 4 * metricsPerReading + 64;
}

/** For a reading that was not looked at any further, because of what the pointer leads to. */
export function crowdedFault(pointer: string, metricsPerReading: number): Fault {
  const [, field, metric] = pointer.split('/');
  if (field === 'readings' && metric !== undefined) {
    return fault('value_not_number', `/readings/${metric}`, 'The value is not a number.');
  }
  if (field === 'readings') return tooManyMetrics(metricsPerReading);
  if (field === 'metadata') {
    return fault('metadata_invalid', '/metadata', 'metadata hold too many values.');
  }
  return field === undefined
    ? fault(
        'unknown_field',
        '',
        'A reading has no other fields than sensor_id, timestamp, readings, metadata.',
      )
    : fault('unknown_field', `/${field}`, 'No field of a reading holds that many values.');
}

export function noValues(): Fault {
  return fault('readings_missing', '/readings', 'The reading holds no number.');
}
