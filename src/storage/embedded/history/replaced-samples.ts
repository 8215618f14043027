import { deleteInSteps } from './delete-in-steps.ts';
import type { Connection, Parameter } from './duckdb.ts';
import { type Keys, keyLimits } from './keys.ts';
import { CREATE_REPLACED, DELETE_REPLACED } from './queries.ts';
import { appendKeys } from './row-appender.ts';
import type { SampleStage } from './sample-stage.ts';

// Tested by: loader.test.ts

/** Up to so many, each in another row group, fit into one transaction's memory. */
export const MAX_REPLACED_AT_ONCE = 50;

const WHOLE_TABLE = [{ int: 0 }, { int: Number.MAX_SAFE_INTEGER }];

/** Takes out what the stage replaces, wherever it lies by now. In the transaction that brings the new samples. */
export async function deleteReplaced(connection: Connection, stage: SampleStage): Promise<void> {
  const limits = await nameReplaced(connection, stage);
  for (const { sql } of DELETE_REPLACED) await connection.change(sql, [...limits, ...WHOLE_TABLE]);
}

/**
 * The same ahead of that transaction, for many. Should the process end in between, the journal still holds
 * the portion, and the next start loads it from the beginning.
 */
export async function deleteReplacedInSteps(
  connection: Connection,
  stage: SampleStage,
): Promise<void> {
  const limits = await nameReplaced(connection, stage);
  for (const statement of DELETE_REPLACED) {
    await deleteInSteps((work) => work(connection), statement, limits);
  }
}

async function nameReplaced(connection: Connection, stage: SampleStage): Promise<Parameter[]> {
  const { replacing, series, timesMs } = stage;
  const keys: Keys = {
    series: Int32Array.from(replacing, (position) => series[position] ?? 0),
    timesMs: Float64Array.from(replacing, (position) => timesMs[position] ?? 0),
  };
  await connection.run(CREATE_REPLACED);
  await appendKeys(connection, 'replaced', { ...keys, numbered: false });
  return keyLimits(keys);
}
