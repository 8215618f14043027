import type { ReadingMetadata } from '#domain/reading.ts';
import { type Fault, fault, isFault, quote, readSensorId } from './faults.ts';
import { internMetadata } from './interning.ts';
import type { ParseContext } from './parse-context.ts';
import { labelFault, locationFault } from './reading-metadata.ts';

// Tested by: line-protocol.test.ts

/** The measurement whose fields are metrics under their own names. */
const PLAIN_MEASUREMENT = 'reading';
const SENSOR_TAGS = ['sensor_id', 'host'] as const;
const LOCATION_TAG = 'location';
const NOT_IN_METRICS = /[^\p{L}\p{M}\p{N}\-_.]/gu;
const ESCAPED = /\\([,= ])/g;

/** What a line says before its fields: of which sensor it is, and how its fields become metrics. */
export interface LineHead {
  sensorId: string | null;
  metadata: ReadingMetadata | undefined;
  /** For every field of the line the same; undefined where fields are metrics as they are. */
  joined: { prefix: string; suffix: string } | undefined;
  fault: Fault | undefined;
}

/** `\,`, `\=` and `\ ` stand for the character; any other backslash stands for itself. */
export function unescapeName(text: string): string {
  return text.includes('\\') ? text.replace(ESCAPED, '$1') : text;
}

/**
 * A field's metric (design section 8): plain, or `measurement.field.tagvalues` with `_` for each character
 * that a metric may not hold (`/dev/sda1` → `_dev_sda1`). It may still be too long for one.
 */
export function metricOfField(field: string, { joined }: LineHead): string {
  if (joined === undefined) return field;
  return `${joined.prefix}${field}${joined.suffix}`.replace(NOT_IN_METRICS, '_');
}

/**
 * Reads `measurement,tag=value,…`, escapes and all. The sensor is named by the first of these tags that is
 * there: `sensorTag`, `sensor_id`, `host`. In the measurement `reading` the other tags are labels, and
 * `location` is the location.
 */
export function parseLineHead(
  text: string,
  context: ParseContext,
  sensorTag: string | undefined,
): LineHead {
  const [written = '', ...pairs] = splitAtCommas(text);
  const measurement = unescapeName(written);
  const tags = readTags(pairs);
  const head: LineHead = {
    sensorId: null,
    metadata: undefined,
    joined: undefined,
    fault: undefined,
  };
  if (measurement === '') head.fault = invalid('The measurement is missing.');
  if (isFault(tags)) head.fault = tags;
  if (isFault(tags) || head.fault !== undefined) return head;

  const sensorTags = sensorTag === undefined ? SENSOR_TAGS : [sensorTag, ...SENSOR_TAGS];
  const named = sensorTags.find((name) => tags.has(name));
  const sensorId = readSensorId(named === undefined ? undefined : tags.get(named), context);
  if (isFault(sensorId)) {
    const names = sensorTags.map(quote).join(' or ');
    return named === undefined
      ? { ...head, fault: { ...sensorId, detail: `No tag names the sensor: ${names}.` } }
      : { ...head, fault: sensorId };
  }
  head.sensorId = sensorId;
  if (named !== undefined) tags.delete(named);
  if (measurement === PLAIN_MEASUREMENT) {
    const metadata = metadataOf(tags);
    if (isFault(metadata)) head.fault = metadata;
    else head.metadata = metadata;
  } else {
    const suffix = [...tags.keys()].sort().map((name) => `.${tags.get(name)}`);
    head.joined = { prefix: `${measurement}.`, suffix: suffix.join('') };
  }
  return head;
}

function invalid(detail: string): Fault {
  return fault('line_invalid', '', detail);
}

/** A character after a backslash separates nothing. */
function splitAtCommas(text: string): string[] {
  return text.split(/(?<!\\),/);
}

function readTags(pairs: readonly string[]): Map<string, string> | Fault {
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value = '', ...rest] = pair.split(/(?<!\\)=/).map(unescapeName);
    if (name === '' || value === '' || rest.length > 0) {
      return invalid(`${quote(pair)} is not a tag: name=value, both not empty.`);
    }
    if (tags.has(name)) return fault('duplicate_key', '', `The tag ${quote(name)} appears twice.`);
    tags.set(name, value);
  }
  return tags;
}

function metadataOf(tags: Map<string, string>): ReadingMetadata | Fault | undefined {
  if (tags.size === 0) return undefined;
  const metadata: ReadingMetadata = {};
  const location = tags.get(LOCATION_TAG);
  if (location !== undefined) {
    const problem = locationFault(location);
    if (problem !== undefined) return problem;
    metadata.location = location;
    tags.delete(LOCATION_TAG);
  }
  let count = 0;
  for (const [name, value] of tags) {
    const problem = labelFault(name, value, ++count);
    if (problem !== undefined) return problem;
  }
  if (tags.size > 0) metadata.labels = Object.fromEntries(tags);
  return internMetadata(metadata);
}
