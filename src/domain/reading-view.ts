import type { ReadingBatch, ReadingMetadata } from './reading.ts';
import { formatTime } from './time.ts';

// Tested by: services/processor/processor.test.ts

/** A reading in the contract's shape, without its metadata. */
export interface ReadingView {
  sensor_id: string;
  timestamp: string;
  readings: Record<string, number>;
}

/** Reading `at` of a batch, whose values begin at `offset`. */
export function readingAt(batch: ReadingBatch, at: number, offset: number): ReadingView {
  const entries = batch.shapes[at]!.map(
    (metric, k) => [metric, batch.values[offset + k]!] as const,
  );
  return {
    sensor_id: batch.sensorIds[at]!,
    timestamp: formatTime(batch.timesMs[at]!),
    readings: Object.fromEntries(entries),
  };
}

/** As JSON text, metadata included, so that a dead letter can be sent again. */
export function readingText(batch: ReadingBatch, at: number, offset: number): string {
  return JSON.stringify({ ...readingAt(batch, at, offset), ...metadataOf(batch.metadata[at]) });
}

function metadataOf(metadata: ReadingMetadata | undefined): object {
  if (metadata === undefined) return {};
  const { calibrationDateMs, name, location, labels } = metadata;
  return {
    metadata: {
      name,
      location,
      labels,
      calibration_date: calibrationDateMs === undefined ? undefined : formatTime(calibrationDateMs),
    },
  };
}
