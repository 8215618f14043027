import type { ReadingMetadata } from '#domain/reading.ts';
import { parseTime } from '#domain/time.ts';
import { pointerToken } from '#platform/json-scan.ts';
import { type Fault, fault } from './faults.ts';
import { internMetadata } from './interning.ts';

// Tested by: json.test.ts

const MAX_LOCATION_CHARACTERS = 500;
const MAX_NAME_CHARACTERS = 200;
const MAX_LABELS = 64;
const MAX_LABEL_NAME_CHARACTERS = 200;
const MAX_LABEL_CHARACTERS = 500;
const DATE_ONLY = /^\d{4}-\d\d-\d\d$/;

/** No store and no mail header is to meet these: control characters and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

const invalid = (pointer: string, detail: string): Fault =>
  fault('metadata_invalid', `/metadata${pointer}`, detail);

/**
 * The metadata of a reading as `JSON.parse` gives them: `name`, `location`, `calibration_date` (RFC 3339, or a date
 * alone: midnight UTC) and `labels`; null is the same as absent, other fields are ignored. undefined where
 * nothing is left. Objects for equal name, location and calibration date are shared and frozen.
 */
export function parseMetadata(value: unknown): ReadingMetadata | Fault | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    return invalid('', 'metadata must be an object.');
  }
  const given = value as Record<string, unknown>;
  const metadata: ReadingMetadata = {};
  const location = given.location ?? undefined;
  if (location !== undefined) {
    if (typeof location !== 'string') return invalid('/location', 'location must be a string.');
    const problem = locationFault(location);
    if (problem !== undefined) return problem;
    metadata.location = location;
  }
  if (isName(given.name)) metadata.name = given.name;
  const date = given.calibration_date ?? undefined;
  if (date !== undefined) {
    const time = parseTime(
      typeof date !== 'string' ? '' : DATE_ONLY.test(date) ? `${date}T00:00:00Z` : date,
    );
    if (!time.ok) {
      return invalid('/calibration_date', 'calibration_date must be a date, or an RFC 3339 time.');
    }
    metadata.calibrationDateMs = time.ms;
  }
  const labels = readLabels(given.labels ?? undefined);
  if (Array.isArray(labels)) {
    if (labels.length > 0) metadata.labels = Object.fromEntries(labels);
  } else if (labels !== undefined) return labels;
  if (Object.keys(metadata).length === 0) return undefined;
  return internMetadata(metadata);
}

/** Readings were taken before names were: one that cannot be shown is of no interest, as other fields are. */
function isName(name: unknown): name is string {
  return (
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= MAX_NAME_CHARACTERS &&
    !UNPRINTABLE.test(name)
  );
}

export function locationFault(location: string): Fault | undefined {
  if (location.length > MAX_LOCATION_CHARACTERS) {
    return invalid('/location', `location holds at most ${MAX_LOCATION_CHARACTERS} characters.`);
  }
  if (UNPRINTABLE.test(location)) {
    return invalid('/location', 'location holds characters that cannot be printed.');
  }
  return undefined;
}

/** What is wrong with a label, or with one label more; undefined where nothing is. */
export function labelFault(name: string, value: unknown, count: number): Fault | undefined {
  const pointer = `/labels/${pointerToken(name)}`;
  if (count > MAX_LABELS) return invalid('/labels', `There are more than ${MAX_LABELS} labels.`);
  if (name.length === 0 || name.length > MAX_LABEL_NAME_CHARACTERS) {
    return invalid('/labels', `A label's name has 1 to ${MAX_LABEL_NAME_CHARACTERS} characters.`);
  }
  if (typeof value !== 'string') return invalid(pointer, 'A label must be a string.');
  if (value.length > MAX_LABEL_CHARACTERS) {
    return invalid(pointer, `A label holds at most ${MAX_LABEL_CHARACTERS} characters.`);
  }
  if (UNPRINTABLE.test(name) || UNPRINTABLE.test(value)) {
    return invalid('/labels', 'A label holds characters that cannot be printed.');
  }
  return undefined;
}

function readLabels(value: unknown): [string, string][] | Fault | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('/labels', 'labels must be an object of strings.');
  }
  const labels: [string, string][] = [];
  for (const [name, label] of Object.entries(value)) {
    if (label === null) continue;
    const problem = labelFault(name, label, labels.length + 1);
    if (problem !== undefined) return problem;
    labels.push([name, label as string]);
  }
  return labels;
}
