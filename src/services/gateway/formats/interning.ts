import type { MetricShape, ReadingMetadata } from '#domain/reading.ts';

/** A table is emptied when it holds so many entries, so that hostile senders cannot fill the memory. */
const MAX_SHAPES = 1 << 14;
const MAX_METADATA = 1 << 16;

const shapes = new Map<string, MetricShape>();
const metadata = new Map<string, ReadingMetadata>();

/**
 * The one array for these names in this order, in the whole process and from every format. Identity is a
 * promise in one direction: the same array means the same names; after 16,384 shapes the table starts anew.
 */
export function internShape(names: readonly string[]): MetricShape {
  // A space is in no metric name.
  const key = names.join(' ');
  const known = shapes.get(key);
  if (known !== undefined) return known;
  if (shapes.size >= MAX_SHAPES) shapes.clear();
  const shape = Object.freeze([...names]);
  shapes.set(key, shape);
  return shape;
}

/** One frozen object for equal locations and calibration dates; metadata with more in it stay as they are. */
export function internMetadata(value: ReadingMetadata): ReadingMetadata {
  for (const field in value) {
    if (field !== 'location' && field !== 'calibrationDateMs') return value;
  }
  const key = `${value.calibrationDateMs ?? ''}|${value.location === undefined ? '' : `=${value.location}`}`;
  const known = metadata.get(key);
  if (known !== undefined) return known;
  if (metadata.size >= MAX_METADATA) metadata.clear();
  metadata.set(key, Object.freeze(value));
  return value;
}
