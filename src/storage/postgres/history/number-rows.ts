import type { ClientBase, CustomTypesConfig, QueryResult } from 'pg';

// Tested by: test/scale/postgres-store.test.ts

/** Everything that these statements answer is a number: the engine's texts keep every bit of a double. */
const NUMBERS = { getTypeParser: () => Number } as unknown as CustomTypesConfig;

/** SQL: a time as whole microseconds since 1970. */
export const micros = (time: string): string => `(extract(epoch FROM ${time}) * 1000000)::bigint`;

/** A statement's rows, a list of numbers each; a NULL is null. */
export async function numberRows(
  client: Pick<ClientBase, 'query'>,
  text: string,
  values: readonly unknown[],
): Promise<number[][]> {
  const query = { text, values: [...values], rowMode: 'array', types: NUMBERS };
  const result = (await client.query(query as never)) as unknown as QueryResult;
  return result.rows as unknown as number[][];
}

/** One column of rows. */
export function column(rows: readonly number[][], at: number): Float64Array<ArrayBuffer> {
  const values = new Float64Array(rows.length);
  for (let row = 0; row < rows.length; row++) values[row] = rows[row]![at]!;
  return values;
}

/** One column of rows that holds `micros`, as ms whose fraction is the microsecond. */
export function timeColumn(rows: readonly number[][], at: number): Float64Array<ArrayBuffer> {
  const times = column(rows, at);
  for (let row = 0; row < times.length; row++) times[row] = times[row]! / 1000;
  return times;
}
