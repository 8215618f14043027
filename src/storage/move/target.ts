import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Capabilities } from '../postgres/capabilities.ts';
import { openPostgres } from '../postgres/open-postgres.ts';
import { connectionOptions } from '../postgres/pool.ts';
import { MoveError } from './move-error.ts';
import { noRows, type RowSums } from './row-checksum.ts';
import { RECORDS } from './tables.ts';

// Tested by: test/scale/move-house.test.ts

/** How far an earlier attempt came; lies in the target, and changes in the transaction of what it tells of. */
export interface Position {
  /** Stretches of samples that are in the target. */
  stretches: number;
  /** Of their samples. */
  sums: RowSums;
}

export interface Target {
  readonly client: pg.Client;
  readonly capabilities: Capabilities;
  /** Where an earlier attempt with the same source came to an end, else the beginning. */
  readonly position: Position;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 60 * 60_000;
/** As a process does that takes the readings: none can while a platform moves in, nor can another move. */
const LOCK = 'SELECT pg_try_advisory_lock($1, 0) AS locked';
const LOCK_CLASS = 0x7669_6769;
const LOCK_TRIES = 10;
const LOCK_PAUSE_MS = 200;

const CREATE_RECORD = `
  CREATE TABLE IF NOT EXISTS move_record (
    source text NOT NULL,
    stretches integer NOT NULL,
    row_count bigint NOT NULL,
    first_sum bigint NOT NULL,
    second_sum bigint NOT NULL,
    finished_at timestamptz)`;

const quiet = { warn: () => undefined };

/**
 * Connects, and brings an empty database to the present schema. Throws `target_not_empty` where it holds anything but
 * the beginning of this very move, `source_changed` where the platform has run since that began, `target_in_use` where
 * a process works on it, `storage_unavailable`.
 */
export async function openTarget(url: string, fingerprint: string): Promise<Target> {
  const storage = await openPostgres({ url, log: quiet, now: Date.now, owner: 'migrate' });
  const { capabilities } = storage;
  await storage.close();
  const client = new pg.Client({
    ...connectionOptions(url, 'vigie migrate'),
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  // Told by the next query, which fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await lock(client);
    const position =
      (await findPosition(client, fingerprint)) ?? (await begin(client, fingerprint));
    return { client, capabilities, position, close: () => client.end() };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** A session that has just ended may hold it for a moment longer. */
async function lock(client: pg.Client): Promise<void> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    if (tries > 0) await sleep(LOCK_PAUSE_MS);
    const { rows } = await client.query<{ locked: boolean }>(LOCK, [LOCK_CLASS]);
    if (rows[0]?.locked) return;
  }
  throw new MoveError('target_in_use', 'A process is working on the target; stop it.');
}

async function findPosition(client: pg.Client, fingerprint: string): Promise<Position | undefined> {
  await client.query(CREATE_RECORD);
  const { rows } = await client.query(
    'SELECT source, stretches, row_count, first_sum, second_sum, finished_at FROM move_record',
  );
  const [record] = rows;
  if (record === undefined) return undefined;
  if (record.finished_at !== null) {
    throw new MoveError('target_not_empty', 'A platform has moved into the target already.');
  }
  if (record.source !== fingerprint) {
    throw new MoveError(
      'source_changed',
      'The target holds the beginning of another move, or the platform has run since it began. Give an empty database.',
    );
  }
  await refuseOtherData(client, RECORDS);
  const { stretches, row_count, first_sum, second_sum } = record;
  return { stretches, sums: { rows: row_count, first: first_sum, second: second_sum } };
}

async function begin(client: pg.Client, fingerprint: string): Promise<Position> {
  await refuseOtherData(client, [...RECORDS, 'samples', 'shards']);
  await client.query('INSERT INTO move_record VALUES ($1, 0, 0, 0, 0, NULL)', [fingerprint]);
  return { stretches: 0, sums: noRows() };
}

async function refuseOtherData(client: pg.Client, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const { rowCount } = await client.query(`SELECT FROM ${table} LIMIT 1`);
    if (rowCount === 0) continue;
    throw new MoveError(
      'target_not_empty',
      `The target is not empty (${table}). Give an empty database.`,
    );
  }
}

/** In the transaction of the samples. */
export async function savePosition(
  client: pg.Client,
  { stretches, sums }: Position,
): Promise<void> {
  await client.query(
    'UPDATE move_record SET stretches = $1, row_count = $2, first_sum = $3, second_sum = $4',
    [stretches, sums.rows, sums.first, sums.second],
  );
}

/** All of it or nothing. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
