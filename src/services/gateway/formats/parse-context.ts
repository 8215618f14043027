import { VigieError } from '#domain/errors.ts';
import type { Limits, ReadingMetadata } from '#domain/reading.ts';
import type { Fault } from './faults.ts';

/** What a parser needs to know of the request besides its bytes. */
export interface ParseContext {
  limits: Limits;
  /** When the request came in, ms since the epoch: the time of readings that carry none. */
  receivedMs: number;
  /** The sensor that an MQTT topic names: a payload may leave its own out and may not contradict it. */
  defaultSensorId?: string | undefined;
  /** For sources whose metadata say more than a sender's may; the contract's metadata without it. */
  parseMetadata?: (value: unknown) => ReadingMetadata | Fault | undefined;
}

/** Clock skew and retention: undefined where the time is acceptable. */
export function checkTime(
  timeMs: number,
  context: ParseContext,
): 'timestamp_in_future' | 'timestamp_too_old' | undefined {
  if (timeMs > context.receivedMs + context.limits.futureMs) return 'timestamp_in_future';
  if (timeMs < context.receivedMs - context.limits.retentionMs) return 'timestamp_too_old';
  return undefined;
}

export function noReadings(): VigieError {
  return new VigieError('no_readings', 'The request holds no reading.');
}
