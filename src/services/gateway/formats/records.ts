import type { ParsedReadings, ReadingMetadata } from '#domain/reading.ts';
import { FastJsonParser } from './fast-json.ts';
import { type Fault, isFault } from './faults.ts';
import { addLine } from './ndjson.ts';
import type { ParseContext } from './parse-context.ts';
import { parseMetadata } from './reading-metadata.ts';

/** What it has learned of sensors serves every partition. */
const recordJson = new FastJsonParser(parseRecordMetadata);
/** Times were held against the receipt at the gateway; readings that came within a second share one here. */
const SLACK_MS = 1000;

/**
 * Readings of a log, one after the other without anything between them: reading i ends at `ends[i]`. What is at
 * fault is refused on its own, with `index` i; nothing throws.
 */
export function parseRecords(
  bytes: Uint8Array,
  ends: readonly number[],
  given: ParseContext,
): ParsedReadings {
  const { limits } = given;
  const { futureMs, retentionMs } = limits;
  const context: ParseContext = {
    ...given,
    limits: { ...limits, futureMs: futureMs + SLACK_MS, retentionMs: retentionMs + SLACK_MS },
    parseMetadata: parseRecordMetadata,
  };
  recordJson.begin(bytes, context);
  const { columns } = recordJson;
  let start = 0;
  for (let index = 0; index < ends.length; index++) {
    const end = ends[index]!;
    const stop = recordJson.reading(start, index);
    if (stop !== end) {
      // Unusual, or it went on into the next: not what the record alone says.
      if (stop >= 0) columns.dropLast();
      addLine(bytes.subarray(start, end), index, { columns, context });
    }
    start = end;
  }
  return columns.finish(given.receivedMs);
}

/** The contract's metadata, and what senders say in other formats than JSON. */
function parseRecordMetadata(value: unknown): ReadingMetadata | Fault | undefined {
  const metadata = parseMetadata(value);
  if (typeof value !== 'object' || value === null || isFault(metadata)) return metadata;
  const { units, update_within_ms: updateWithinMs } = value as Record<string, unknown>;
  const more: ReadingMetadata = {};
  if (isTexts(units)) more.units = units;
  if (typeof updateWithinMs === 'number') more.updateWithinMs = updateWithinMs;
  return Object.keys(more).length === 0 ? metadata : { ...metadata, ...more };
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
