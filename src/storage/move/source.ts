import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Connection } from '../embedded/history/duckdb.ts';
import { openEmbeddedHistory } from '../embedded/history/embedded-history.ts';
import { HistoryFile } from '../embedded/history/history-file.ts';
import { ROW_GROUP_ROWS, selectEnd, selectStretch, TABLES } from '../embedded/history/queries.ts';
import { lockFolder } from '../embedded/lock.ts';
import { openEmbeddedState } from '../embedded/open-state.ts';
import { MoveError } from './move-error.ts';

// Tested by: test/scale/move-house.test.ts

export type SourceRow = Record<string, SQLOutputValue>;

/** Part of a table of samples, by the numbers of its rows. */
interface Stretch {
  table: string;
  from: number;
  to: number;
}

export interface SampleRows {
  count: number;
  series: Float64Array;
  timesMs: Float64Array;
  values: Float64Array;
  receivedMs: Float64Array;
}

/** A platform in a folder, stopped and with its journal loaded; it cannot be started while this is open. */
export interface Source {
  /** The same for every attempt with the same content; another one after the platform has run. */
  readonly fingerprint: string;
  readonly lastJournalId: number;
  readonly stretches: readonly Stretch[];
  samples(stretch: Stretch): Promise<SampleRows>;
  count(table: string): number;
  columns(table: string): string[];
  rows(table: string): IterableIterator<SourceRow>;
  /** The largest number in a column; 0 where there is none. */
  largest(table: string, column: string): number;
  close(): void;
}

const HISTORY_OPTIONS = { memoryLimitMb: 256, threads: 2 };
/** Of one transaction in the target: about 11 MB. */
const STRETCH_ROWS = 4 * ROW_GROUP_ROWS;
const KINDS = ['integer', 'timestamp', 'double', 'timestamp'] as const;

/**
 * Opens the folder of a stopped platform. Throws `nothing_to_move`, or `storage_unavailable` where a platform is running
 * in it or a file is damaged.
 */
export async function openSource(dataDir: string): Promise<Source> {
  const statePath = join(dataDir, 'vigie.db');
  if (!existsSync(statePath)) {
    throw new MoveError('nothing_to_move', `There is no platform in ${dataDir}.`);
  }
  const lastJournalId = await settle(dataDir);
  const unlock = lockFolder(dataDir);
  let db: DatabaseSync | undefined;
  let file: HistoryFile | undefined;
  const close = (): void => {
    file?.close();
    db?.close();
    unlock();
  };
  try {
    db = new DatabaseSync(statePath);
    db.exec('PRAGMA query_only = ON');
    file = await HistoryFile.open({ ...HISTORY_OPTIONS, dataDir });
    const connection = await file.connect();
    const stretches = await stretchesOf(connection);
    const { lastJournalId: loadedId } = file;
    const fingerprint = JSON.stringify({ first: firstKey(db), lastJournalId, loadedId, stretches });
    return { ...readerOf(db, connection), fingerprint, lastJournalId, stretches, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Brings the schema to the present one and the journal into the history; answers the newest journal id. */
async function settle(dataDir: string): Promise<number> {
  const state = await openEmbeddedState(dataDir);
  try {
    const lastJournalId = await state.commits.lastJournalId();
    let problem: Error | undefined;
    const history = await openEmbeddedHistory({ dataDir, onError: (error) => (problem = error) });
    try {
      // Where it is loaded already nothing is touched, and an attempt that broke off can be resumed.
      await history.sync(lastJournalId);
      if (problem !== undefined) throw problem;
    } finally {
      await history.close();
    }
    return lastJournalId;
  } finally {
    await state.close();
  }
}

/** Made at the first start, so it tells platforms apart. */
function firstKey(db: DatabaseSync): unknown {
  return db.prepare('SELECT id FROM api_keys ORDER BY created_at, id LIMIT 1').get()?.id;
}

async function stretchesOf(connection: Connection): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for (const table of TABLES) {
    const [ends] = await connection.columns(selectEnd(table), ['bigint']);
    for (let from = 0; from < (ends?.[0] ?? 0); from += STRETCH_ROWS) {
      stretches.push({ table, from, to: from + STRETCH_ROWS });
    }
  }
  return stretches;
}

function readerOf(
  db: DatabaseSync,
  connection: Connection,
): Pick<Source, 'samples' | 'count' | 'columns' | 'rows' | 'largest'> {
  const numberOf = (sql: string): number => Number(db.prepare(sql).get()?.number ?? 0);
  return {
    async samples(stretch) {
      const [series, timesMs, values, receivedMs] = await connection.columns(
        selectStretch(stretch),
        KINDS,
      );
      return {
        count: series!.length,
        series: series!,
        timesMs: timesMs!,
        values: values!,
        receivedMs: receivedMs!,
      };
    },
    count: (table) => numberOf(`SELECT count(*) AS number FROM ${table}`),
    columns: (table) =>
      db
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map(({ name }) => String(name)),
    rows: (table) => db.prepare(`SELECT * FROM ${table}`).iterate() as IterableIterator<SourceRow>,
    largest: (table, column) => numberOf(`SELECT max(${column}) AS number FROM ${table}`),
  };
}
