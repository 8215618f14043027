import type { PlacedSensor } from '#domain/place.ts';

/** What is being changed, the newest last: a step back is the one before. */
export type Draft = readonly (readonly PlacedSensor[])[];

const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000;

/** The sensor at this point of the picture (kept within it), whether it was on it or not. */
export function putSensor(
  sensors: readonly PlacedSensor[],
  { sensor_id, x, y }: PlacedSensor,
): readonly PlacedSensor[] {
  const placed = { sensor_id, x: share(x), y: share(y) };
  if (!sensors.some((other) => other.sensor_id === sensor_id)) return [...sensors, placed];
  return sensors.map((other) => (other.sensor_id === sensor_id ? placed : other));
}

const STEP = 0.01;
const LARGE_STEP = 0.1;
const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Where an arrow key takes a sensor; undefined for another key. */
export function movedByKey(
  { sensor_id, x, y }: PlacedSensor,
  { key, shiftKey }: { key: string; shiftKey: boolean },
): PlacedSensor | undefined {
  const arrow = ARROWS[key];
  if (arrow === undefined) return undefined;
  const step = shiftKey ? LARGE_STEP : STEP;
  return { sensor_id, x: share(x + arrow[0] * step), y: share(y + arrow[1] * step) };
}
