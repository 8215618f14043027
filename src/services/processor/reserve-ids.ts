import type { CommitStore } from '#storage/commit-store.ts';
import type { Submission } from '#stream/reading-stream.ts';
import type { Fleet } from './fleet.ts';
import type { Ids } from './ids.ts';

// Tested by: test/scale/postgres-app.test.ts

const BLOCK = 1000;

/**
 * Sets aside ids for what a group may make, where several processors give them out. Before the stages, because those
 * do not wait. `sensors` and `series`: at least so many, for what is made without readings.
 */
export async function reserveIds(
  fleet: Fleet,
  commits: CommitStore,
  submissions: readonly Submission[],
): Promise<void> {
  if (commits.reserveIds === undefined) return;
  const wanted = { sensors: 1, series: 0 };
  for (const submission of submissions) countNew(fleet, submission, wanted);
  await fill(fleet.sensorIds, wanted.sensors, (count) => commits.reserveIds!('sensor', count));
  await fill(fleet.seriesIds, wanted.series, (count) => commits.reserveIds!('series', count));
}

async function fill(
  ids: Ids,
  wanted: number,
  reserve: (count: number) => Promise<number>,
): Promise<void> {
  if (ids.available >= wanted) return;
  const count = Math.max(wanted, BLOCK);
  ids.add(await reserve(count), count);
}

/** An upper bound: a sensor that is new twice is counted twice. */
function countNew(
  fleet: Fleet,
  { customer, parsed: { batch } }: Submission,
  wanted: { sensors: number; series: number },
): void {
  const sensors = fleet.sensorsOf(customer);
  for (let at = 0; at < batch.count; at++) {
    const sensor = sensors.get(batch.sensorIds[at]!);
    if (sensor === undefined) wanted.sensors++;
    if (sensor?.seriesOf(batch.shapes[at]!) === undefined)
      wanted.series += batch.shapes[at]!.length;
  }
}
