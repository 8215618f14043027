import type { ParsedReadings } from '#domain/reading.ts';
import {
  decodeUtf8,
  type JsonOutline,
  outlineJson,
  parseJsonText,
  withoutCrowded,
} from '#platform/json-scan.ts';
import { FastJsonParser } from './fast-json.ts';
import { crowdedFault, type Fault, fault, mostMembers } from './faults.ts';
import { noReadings, type ParseContext } from './parse-context.ts';
import { ReadingColumns } from './reading-columns.ts';
import { addReadingObject, sensorIdOf } from './reading-object.ts';

/** One for the process: what it has learned of sensors and places serves every request. */
export const fastJson = new FastJsonParser();

/**
 * One reading or an array of them (design section 8). Throws `VigieError` where the whole text is at
 * fault: `invalid_utf8`, `invalid_json`, `nesting_too_deep`, `too_many_readings`, `no_readings`. A fault
 * of one reading refuses that reading.
 */
export function parseJson(bytes: Uint8Array, context: ParseContext): ParsedReadings {
  return fastJson.parse(bytes, context) ?? parseJsonByReference(bytes, context);
}

/** The same by `JSON.parse` alone: the author of every refusal, and what the byte scanner is measured against. */
export function parseJsonByReference(bytes: Uint8Array, context: ParseContext): ParsedReadings {
  const text = decodeUtf8(bytes);
  const { readingsPerRequest, metricsPerReading } = context.limits;
  const outline = outlineJson(text, readingsPerRequest, mostMembers(metricsPerReading));
  const root = parseJsonText(withoutCrowded(text, outline));
  const items: unknown[] = Array.isArray(root) ? root : [root];
  if (items.length === 0) throw noReadings();
  const columns = new ReadingColumns(items.length);
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    const found =
      outlineFault(outline, index, metricsPerReading) ??
      addReadingObject(item, index, { columns, context });
    if (found !== undefined) {
      const payload = text.slice(outline.starts[index], outline.ends[index]);
      columns.refuse(found, { index, sensorId: sensorIdOf(item, context), payload });
    }
  }
  return columns.finish(context.receivedMs);
}

/** What is wrong with an element already as the outline tells. */
export function outlineFault(
  { crowded, duplicates }: JsonOutline,
  element: number,
  metricsPerReading: number,
): Fault | undefined {
  const crowd = crowded.get(element);
  if (crowd !== undefined) return crowdedFault(crowd, metricsPerReading);
  const duplicate = duplicates.get(element);
  if (duplicate === undefined) return undefined;
  return fault('duplicate_key', duplicate, 'The name appears twice in one object.');
}
