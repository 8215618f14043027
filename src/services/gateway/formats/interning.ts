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

/** One frozen object for equal names, locations and calibration dates; metadata with more in it stay as they are. */
export function internMetadata(value: ReadingMetadata): ReadingMetadata {
  for (const field in value) {
    if (field !== 'location' && field !== 'calibrationDateMs' && field !== 'name') return value;
  }
  // A line break is in no text of a reading's metadata.
  const text = (one: string | undefined) => (one === undefined ? '' : `=${one}`);
  const key = `${value.calibrationDateMs ?? ''}\n${text(value.location)}\n${text(value.name)}`;
  const known = metadata.get(key);
  if (known !== undefined) return known;
  if (metadata.size >= MAX_METADATA) metadata.clear();
  metadata.set(key, Object.freeze(value));
  return value;
}
