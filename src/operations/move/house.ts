import { type MoveOptions, moveHouse } from '#storage/move/move-house.ts';

export interface Moved {
  /** Values of readings. */
  values: number;
  tables: { table: string; rows: number }[];
}

/**
 * Copies a stopped platform into another database. For a person at the machine: who can read the files and may write
 * to the database needs no key.
 */
export async function moveFolder(options: MoveOptions): Promise<Moved> {
  const [samples, ...tables] = await moveHouse(options);
  return { values: samples?.rows ?? 0, tables };
}
