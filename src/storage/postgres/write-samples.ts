import { pipeline } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { SampleColumns } from '../sample-columns.ts';
import { encodeCopy, engineMicros, overtaken } from './copy-rows.ts';
import { timeAt } from './time-sql.ts';

// Tested by: test/scale/postgres-store.test.ts

/** Below this many samples one INSERT costs less than a COPY's round trips. */
const COPY_FROM = 500;

/** Within the caller's transaction; answers by how many samples there are more. */
export async function writeSamples(
  client: ClientBase,
  samples: SampleColumns,
  receivedMs: number,
): Promise<number> {
  const skip = overtaken(samples);
  const removed = await removeReplaced(client, samples);
  if (samples.count < COPY_FROM) await insertSamples(client, { samples, receivedMs, skip });
  else {
    const copy = client.query(
      copyFrom('COPY samples (series, time, value, received) FROM STDIN (FORMAT binary)'),
    );
    await pipeline([encodeCopy(samples, receivedMs, skip)], copy);
  }
  return samples.count - skip.size - removed;
}

/** The stored samples whose place others take; answers how many there were. */
async function removeReplaced(client: ClientBase, samples: SampleColumns): Promise<number> {
  if (samples.replacing.length === 0) return 0;
  const series = Array.from(samples.replacing, (at) => samples.series[at]!);
  const micros = Array.from(samples.replacing, (at) => engineMicros(samples.timesMs[at]!));
  const { rowCount } = await client.query(
    `DELETE FROM samples USING (
       SELECT DISTINCT series, ${timeAt('micros')} AS time
       FROM unnest($1::integer[], $2::bigint[]) AS given (series, micros)) AS given
     WHERE samples.series = given.series AND samples.time = given.time
       AND samples.time BETWEEN ${timeAt('$3')} AND ${timeAt('$4')}`,
    [series, micros, lowest(micros), highest(micros)],
  );
  return rowCount ?? 0;
}

const lowest = (values: readonly number[]): number =>
  values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
const highest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);

async function insertSamples(
  client: ClientBase,
  {
    samples,
    receivedMs,
    skip,
  }: { samples: SampleColumns; receivedMs: number; skip: ReadonlySet<number> },
): Promise<void> {
  const kept = Array.from({ length: samples.count }, (_, at) => at).filter((at) => !skip.has(at));
  await client.query(
    `INSERT INTO samples (series, time, value, received)
     SELECT series, ${timeAt('micros')}, value, ${timeAt('$4')}
     FROM unnest($1::integer[], $2::bigint[], $3::double precision[]) AS given (series, micros, value)`,
    [
      kept.map((at) => samples.series[at]),
      kept.map((at) => engineMicros(samples.timesMs[at]!)),
      kept.map((at) => samples.values[at]),
      engineMicros(receivedMs),
    ],
  );
}
