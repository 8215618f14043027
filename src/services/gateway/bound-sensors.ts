import type { ReadingBatch, RefusedReading } from '#domain/reading.ts';
import { readingText } from '#domain/reading-view.ts';
import { selectorMatches } from '#engine/rules/selector.ts';
import type { IngestOutcome, ReadingStream, Submission } from '#stream/reading-stream.ts';

/**
 * Holds keys that are bound to sensors to them, before the stream: for streams beyond which nobody knows the key.
 * Readings of other sensors are refused, and go on as such.
 */
export function withBoundSensors(stream: ReadingStream): ReadingStream {
  return {
    publish: (submission): Promise<IngestOutcome> => stream.publish(refuseForeign(submission)),
  };
}

function refuseForeign(submission: Submission): Submission {
  const { allowedSensors, parsed } = submission;
  if (allowedSensors === undefined) return submission;
  const selector = { sensors: [...allowedSensors] };
  const { batch } = parsed;
  const kept: number[] = [];
  const refused: RefusedReading[] = [...parsed.refused];
  let offset = 0;
  for (let at = 0; at < batch.count; at++) {
    const sensorId = batch.sensorIds[at]!;
    if (selectorMatches(selector, sensorId, {})) kept.push(at);
    else {
      refused.push({
        index: batch.indexes?.[at] ?? at,
        code: 'sensor_not_allowed',
        pointer: '/sensor_id',
        detail: `This key may not send for ${sensorId}.`,
        sensorId,
        payload: readingText(batch, at, offset),
      });
    }
    offset += batch.shapes[at]!.length;
  }
  if (kept.length === batch.count) return submission;
  return { ...submission, parsed: { batch: pick(batch, kept), refused } };
}

/** The readings at these places, with the places that they had in the request. */
function pick(batch: ReadingBatch, kept: readonly number[]): ReadingBatch {
  const starts: number[] = [];
  let offset = 0;
  for (const shape of batch.shapes.slice(0, batch.count)) {
    starts.push(offset);
    offset += shape.length;
  }
  const values = kept.flatMap((at) =>
    Array.from(batch.values.subarray(starts[at], starts[at]! + batch.shapes[at]!.length)),
  );
  return {
    count: kept.length,
    sensorIds: kept.map((at) => batch.sensorIds[at]!),
    timesMs: Float64Array.from(kept, (at) => batch.timesMs[at]!),
    shapes: kept.map((at) => batch.shapes[at]!),
    values: Float64Array.from(values),
    valueCount: values.length,
    metadata: kept.map((at) => batch.metadata[at]),
    indexes: kept.map((at) => batch.indexes?.[at] ?? at),
  };
}
