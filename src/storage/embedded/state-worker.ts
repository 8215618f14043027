// The thread that owns the SQLite file: every statement and every commit runs here, so that no fsync
// ever holds up the event loop. Tested by: test/contract/commit-store.test.ts, test/contract/state-thread.test.ts
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { collectWhenIdle } from '#platform/idle-collection.ts';
import type {
  JournalRow,
  QueryAnswer,
  StateRequest,
  StateResponse,
  StateWorkerData,
} from './state-protocol.ts';
import { refreshStatistics } from './statistics.ts';
import { createTrim } from './trim-journal.ts';
import { createUnitWriter } from './unit-writer.ts';

const STATEMENT_CACHE = 500;
const MAX_CHECKPOINT_PAGES = 2000;
const JOURNAL_PORTION_BYTES = 8 * 1024 * 1024;
const STATISTICS_EVERY_MS = 60 * 60 * 1000;

type OwnWrite = Extract<StateRequest, { kind: 'commit' | 'trim' | 'probe' }>;

const port = parentPort;
if (port === null) throw new Error('state-worker runs as a worker thread only');
const { path, transactionLimitMs, ...given } = workerData as StateWorkerData;

const db = new DatabaseSync(path, { timeout: 5000 });
db.exec('PRAGMA page_size = 8192');
db.exec('PRAGMA journal_mode = WAL');
// FULL: the WAL is synced at each commit, before anybody is told.
db.exec('PRAGMA synchronous = FULL');
db.exec(`PRAGMA wal_autocheckpoint = ${MAX_CHECKPOINT_PAGES}`);
db.exec('PRAGMA cache_size = -16000');
db.exec('PRAGMA foreign_keys = ON');
db.exec(`CREATE TABLE IF NOT EXISTS journal (
  id INTEGER PRIMARY KEY, received_at REAL NOT NULL, samples BLOB NOT NULL)`);
db.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)');

// Before the first statement is planned: an earlier version may have counted what was nearly empty.
refreshUnlessFull();

const writer = createUnitWriter(db);
const trim = createTrim(db);
const begin = db.prepare('BEGIN IMMEDIATE');
const commit = db.prepare('COMMIT');
const statements = new Map<string, StatementSync>();
/** Writes of their own that came while a transaction of statements was open; they wait for its end. */
const waiting: OwnWrite[] = [];
let failedEpoch = given.failedEpoch;
let failedBy: unknown;
/** The transaction of statements that was begun last; it may have ended by itself. */
let begunTransaction: number | undefined;
let transactionTimer: NodeJS.Timeout | undefined;

function prepared(sql: string): StatementSync {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= STATEMENT_CACHE) statements.clear();
  const statement = db.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

function runQuery({
  sql,
  parameters,
  transaction,
}: Extract<StateRequest, { kind: 'query' }>): QueryAnswer {
  // Outside of its transaction a statement would take effect at once, without the ones before it.
  if (transaction !== undefined && !(db.isTransaction && transaction === begunTransaction))
    throw new Error('the transaction has ended');
  const statement = prepared(sql);
  const inputs = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
  if (statement.columns().length > 0) {
    return {
      rows: statement.all(...(inputs as SQLInputValue[])),
      changes: undefined,
      insertId: undefined,
    };
  }
  const { changes, lastInsertRowid } = statement.run(...(inputs as SQLInputValue[]));
  return { rows: [], changes: Number(changes), insertId: Number(lastInsertRowid) };
}

/** A transaction that its owner never ends must not stop the platform. */
function watchTransaction(): void {
  if (db.isTransaction && transactionTimer === undefined) {
    transactionTimer = setTimeout(() => {
      if (db.isTransaction) db.exec('ROLLBACK');
      transactionTimer = undefined;
      performWaiting();
    }, transactionLimitMs);
  } else if (!db.isTransaction && transactionTimer !== undefined) {
    clearTimeout(transactionTimer);
    transactionTimer = undefined;
  }
}

/** Answers the memory of the journal entry, to be used again. */
function commitUnit(request: Extract<StateRequest, { kind: 'commit' }>): ArrayBuffer | undefined {
  if (request.epoch <= failedEpoch)
    throw new Error('an earlier commit failed', { cause: failedBy });
  try {
    begin.run();
    writer.write(request.unit);
    commit.run();
    return request.unit.blob?.buffer;
  } catch (error) {
    failedEpoch = request.epoch;
    failedBy = error;
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function performWaiting(): void {
  while (waiting.length > 0 && !db.isTransaction) {
    const request = waiting.shift();
    if (request) answer(request, () => perform(request));
  }
}

/** The next rows, about as many bytes as may wait in memory at once; at least one where there is one. */
function journalPortion(afterId: number): JournalRow[] {
  const rows: JournalRow[] = [];
  let bytes = 0;
  const all = prepared('SELECT id, received_at, samples FROM journal WHERE id > ? ORDER BY id');
  for (const row of all.iterate(afterId)) {
    const { samples } = row as unknown as JournalRow;
    rows.push(row as unknown as JournalRow);
    bytes += samples.length;
    if (bytes >= JOURNAL_PORTION_BYTES) break;
  }
  return rows;
}

interface ErrorOfFile {
  errcode?: number;
  message?: string;
  cause?: unknown;
}

/** SQLITE_FULL = 13, and the file system's own words for it; also where it was an earlier commit that met it. */
function isFull(error: unknown): boolean {
  const { errcode, message = '', cause } = error as ErrorOfFile;
  if (errcode === 13 || /disk is full|ENOSPC|no space/i.test(message)) return true;
  return cause !== undefined && isFull(cause);
}

function answer(request: StateRequest, work: () => unknown): void {
  let response: StateResponse;
  try {
    response = { id: request.id, ok: true, value: work() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    response = { id: request.id, ok: false, full: isFull(error), message };
  }
  const returned = response.ok && response.value instanceof ArrayBuffer ? [response.value] : [];
  port?.postMessage(response, returned);
}

function perform(request: StateRequest): unknown {
  switch (request.kind) {
    case 'begin':
      begin.run();
      begunTransaction = request.transaction;
      return undefined;
    case 'query':
      return runQuery(request);
    case 'commit':
      return commitUnit(request);
    case 'journal':
      return journalPortion(request.afterId);
    case 'lastJournalId':
      return prepared(
        "SELECT max(coalesce((SELECT max(id) FROM journal), 0), coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'trimmed'), 0)) AS id",
      ).get()?.id;
    case 'trim':
      return trim(request.throughId);
    case 'probe':
      return writer.probe();
    case 'close':
      closeFile();
      return undefined;
    default:
      return request satisfies never;
  }
}

/** Statistics are worth having; where the disk is full it goes on without. */
function refreshUnlessFull(): void {
  try {
    refreshStatistics(db);
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

function closeFile(): void {
  try {
    refreshUnlessFull();
  } finally {
    db.close();
  }
}

function isOwnWrite(request: StateRequest): request is OwnWrite {
  return request.kind === 'commit' || request.kind === 'trim' || request.kind === 'probe';
}

port.on('message', (request: StateRequest) => {
  // Only statements belong to the open transaction; the rest would end up inside it.
  if (db.isTransaction && isOwnWrite(request)) {
    waiting.push(request);
    return;
  }
  answer(request, () => perform(request));
  if (request.kind === 'close') {
    port.close();
    return;
  }
  watchTransaction();
  performWaiting();
});

collectWhenIdle({ beside: () => db.exec('PRAGMA shrink_memory') });
setInterval(() => {
  // What is written in a transaction of statements may be undone.
  if (db.isTransaction) return;
  try {
    refreshStatistics(db);
  } catch {
    // Nothing depends on them; what is wrong with the file the next commit tells.
  }
}, STATISTICS_EVERY_MS).unref();
