import type { ParsedReadings } from '#domain/reading.ts';

/**
 * The readings of several messages of one sender as those of one request, in the same order, so that they
 * share one place in the queue and one acknowledgement. The indexes count through; nobody is told them.
 */
export function mergeReadings(parts: readonly ParsedReadings[]): ParsedReadings {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  let count = 0;
  let valueCount = 0;
  for (const { batch } of parts) {
    count += batch.count;
    valueCount += batch.valueCount;
  }
  const merged: ParsedReadings = {
    batch: {
      count,
      sensorIds: [],
      timesMs: new Float64Array(count),
      shapes: [],
      values: new Float64Array(valueCount),
      valueCount,
      metadata: [],
    },
    refused: [],
  };
  let at = 0;
  let valueAt = 0;
  const { sensorIds, timesMs, shapes, values, metadata } = merged.batch;
  for (const { batch, refused } of parts) {
    for (let i = 0; i < batch.count; i++) {
      sensorIds.push(batch.sensorIds[i]!);
      timesMs[at++] = batch.timesMs[i]!;
      shapes.push(batch.shapes[i]!);
      metadata.push(batch.metadata[i]);
    }
    for (let i = 0; i < batch.valueCount; i++) values[valueAt++] = batch.values[i]!;
    if (refused.length > 0) merged.refused.push(...refused);
  }
  return merged;
}
