import type { Sensor } from '#domain/sensor.ts';

/** A reading that is newer than the API's answer was heard live: the sensor is not silent any more. */
export function isHeardSince(
  { metrics }: Pick<Sensor, 'metrics'>,
  newest: ReadonlyMap<string, { timeMs: number }>,
): boolean {
  for (const [metric, { timeMs }] of newest) {
    const known = metrics[metric]?.last?.timestamp;
    if (known === undefined || timeMs > Date.parse(known)) return true;
  }
  return false;
}
