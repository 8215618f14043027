import { VigieError } from '#domain/errors.ts';
import { type ParsedReadings, tooManyReadings } from '#domain/reading.ts';
import { decodeUtf8, outlineJson, parseJsonText, withoutCrowded } from '#platform/json-scan.ts';
import { type Fault, fault, mostMembers } from './faults.ts';
import { fastJson, outlineFault } from './json.ts';
import { noReadings, type ParseContext } from './parse-context.ts';
import type { ReadingColumns } from './reading-columns.ts';
import { addReadingObject, sensorIdOf } from './reading-object.ts';

const NEWLINE = 0x0a;

/**
 * One reading a line (application/x-ndjson), ended by LF or CRLF; blank lines are ignored. A line that is
 * not JSON, not UTF-8 or nested too deeply is refused on its own; `index` counts the lines that are not
 * blank. Throws `VigieError`: `too_many_readings`, `no_readings`.
 */
export function parseNdjson(bytes: Uint8Array, context: ParseContext): ParsedReadings {
  fastJson.begin(bytes, context);
  const { columns } = fastJson;
  const limit = context.limits.readingsPerRequest;
  let index = 0;
  for (let next = 0; next < bytes.length; ) {
    const found = bytes.indexOf(NEWLINE, next);
    const end = found < 0 ? bytes.length : found;
    const start = skipBlanks(bytes, next, end);
    next = end + 1;
    if (start === end) continue;
    if (index >= limit) throw tooManyReadings(limit);
    const stop = fastJson.reading(start, index);
    if (stop < 0) {
      addLine(bytes.subarray(start, end), index, { columns, context });
    } else if (stop > end || skipBlanks(bytes, stop, end) !== end) {
      // It went on into the next line, or something follows it: not what the line alone says.
      columns.dropLast();
      addLine(bytes.subarray(start, end), index, { columns, context });
    }
    index++;
  }
  if (index === 0) throw noReadings();
  return columns.finish(context.receivedMs);
}

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0d)) at++;
  return at;
}

/** The reference way for the text of one reading. */
export function addLine(
  line: Uint8Array,
  index: number,
  target: { columns: ReadingColumns; context: ParseContext },
): void {
  const { metricsPerReading } = target.context.limits;
  let value: unknown;
  let problem: Fault | undefined;
  try {
    const text = decodeUtf8(line);
    const outline = outlineJson(text, Number.POSITIVE_INFINITY, mostMembers(metricsPerReading));
    value = parseJsonText(withoutCrowded(text, outline));
    if (Array.isArray(value)) problem = fault('not_an_object', '', 'A line holds one reading.');
    else problem = outlineFault(outline, 0, metricsPerReading);
  } catch (error) {
    if (!(error instanceof VigieError)) throw error;
    problem = fault(error.code, '', error.message);
  }
  problem ??= addReadingObject(value, index, target);
  if (problem === undefined) return;
  // Bytes that are not UTF-8 show as U+FFFD.
  const payload = Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8').trimEnd();
  target.columns.refuse(problem, { index, sensorId: sensorIdOf(value, target.context), payload });
}
