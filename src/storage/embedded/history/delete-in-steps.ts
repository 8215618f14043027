import type { Connection, Parameter } from './duckdb.ts';
import { CHECKPOINT, ROW_GROUP_ROWS, selectEnd } from './queries.ts';

// Tested by: retention.test.ts

/**
 * A row group with deleted rows holds 256 kB of memory until the next checkpoint, so a statement that
 * deletes here and there in a long table would not fit. This many row groups are 16 MB.
 */
const STEP_ROWS = 64 * ROW_GROUP_ROWS;

/** Takes its turn on the writing connection for each step. */
export type InTurn = <T>(work: (connection: Connection) => Promise<T>) => Promise<T>;

/**
 * Runs a DELETE over a table in stretches, each a transaction of its own with a checkpoint after it. The
 * statement's last two parameters bound `rowid`. From the end to the start, because a checkpoint may close
 * gaps: rows then move towards the start, where they are still met. Answers how many were deleted.
 */
export async function deleteInSteps(
  inTurn: InTurn,
  { table, sql }: { table: string; sql: string },
  parameters: readonly Parameter[],
): Promise<number> {
  let deleted = 0;
  const [ends] = await inTurn((connection) => connection.columns(selectEnd(table), ['bigint']));
  for (let end = ends?.[0] ?? 0; end > 0; end -= STEP_ROWS) {
    const stretch = [{ int: Math.max(0, end - STEP_ROWS) }, { int: end }];
    deleted += await inTurn(async (connection) => {
      const count = await connection.change(sql, [...parameters, ...stretch]);
      // Refused while a question reads: then the next one gives the memory back.
      if (count > 0) await connection.run(CHECKPOINT).catch(() => undefined);
      return count;
    });
  }
  return deleted;
}
