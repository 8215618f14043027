import type { Pool, PoolClient } from 'pg';
import type { AlertHistoryEntry } from '#domain/alert.ts';
import { formatTime } from '#domain/time.ts';
import type { AlertChange, ChangeFeed, RefusedReadingEntry } from '../change-feed.ts';
import { alertFromRow } from '../state/alert-row.ts';
import type { AlertsTable } from '../state/schema.ts';
import { type Job, withLease } from './lease.ts';
import { storageError } from './storage-error.ts';

// Tested by: test/scale/publisher.test.ts

const PORTION = 500;

type Feed = 'alert_history' | 'dead_letters';

/** Whom changes are told: each has a position of its own, and one process that tells them at a time. */
export type Audience = 'stream' | 'broker';

const AUDIENCES: Record<Audience, { job: Job; position(feed: Feed): string }> = {
  stream: { job: 'publishing', position: (feed) => feed },
  broker: { job: 'broker', position: (feed) => `broker ${feed}` },
};

/** An entry that one audience is told next: from which table, and after which position. */
interface Place {
  audience: Audience;
  feed: Feed;
}

interface Placed {
  txid: string;
  seq: number;
}

/** Everything after the position whose transaction is older than any that is still under way: nothing can come before it later. */
const AFTER = `txid < pg_snapshot_xmin(pg_current_snapshot())
  AND (txid, seq) > (SELECT txid, seq FROM published WHERE feed = $1)
  ORDER BY txid, seq LIMIT ${PORTION}`;

const SELECTS: Record<Feed, string> = {
  alert_history: `SELECT given.txid::text AS txid, given.seq, given.at, given.by, given.change, given.severity,
      given.comment, to_jsonb(alerts) AS alert
    FROM (SELECT * FROM alert_history WHERE ${AFTER}) AS given JOIN alerts ON alerts.id = given.alert_id
    ORDER BY given.txid, given.seq`,
  dead_letters: `SELECT txid::text AS txid, seq, customer, received_at, source, sensor_id, code, pointer, detail, payload
    FROM dead_letters WHERE ${AFTER}`,
};

interface AlertRow extends Placed {
  at: number;
  by: string;
  change: string;
  severity: string;
  comment: string | null;
  alert: AlertsTable;
}

interface LetterRow extends Placed {
  customer: string;
  received_at: number;
  source: string;
  sensor_id: string | null;
  code: string;
  pointer: string;
  detail: string;
  payload: string;
}

/** The change feed over the state's own tables; positions lie in the table `published`. */
export function createChangeFeed(pool: Pool, audience: Audience = 'stream'): ChangeFeed {
  const of = (feed: Feed): Place => ({ audience, feed });
  return {
    alertChanges: (publish) =>
      inTurn<AlertRow>(pool, of('alert_history'), (rows) => publish(rows.map(alertChange))),
    deadLetters: (publish) =>
      inTurn<LetterRow>(pool, of('dead_letters'), (rows) => publish(rows.map(refusedReading))),
  };
}

async function inTurn<R extends Placed>(
  pool: Pool,
  place: Place,
  publish: (rows: R[]) => Promise<void>,
): Promise<number | undefined> {
  let count = 0;
  try {
    const hadTurn = await withLease(pool, AUDIENCES[place.audience].job, async (client) => {
      count = await publishNext(client, place, publish);
    });
    return hadTurn ? count : undefined;
  } catch (error) {
    throw storageError(error);
  }
}

async function publishNext<R extends Placed>(
  client: PoolClient,
  { audience, feed }: Place,
  publish: (rows: R[]) => Promise<void>,
): Promise<number> {
  const position = AUDIENCES[audience].position(feed);
  await renumberRestored(client, { feed, position });
  const { rows } = await client.query<R>(SELECTS[feed], [position]);
  const last = rows.at(-1);
  if (last === undefined) {
    await begin(client, position);
    return 0;
  }
  await publish(rows);
  await client.query('UPDATE published SET txid = $2::xid8, seq = $3 WHERE feed = $1', [
    position,
    last.txid,
    last.seq,
  ]);
  return rows.length;
}

/** An audience that has heard nothing yet hears what becomes durable from now on. */
async function begin(client: PoolClient, position: string): Promise<void> {
  await client.query(
    `INSERT INTO published (feed, txid, seq)
     SELECT $1, (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)::text::xid8, ${2 ** 31}
     WHERE NOT EXISTS (SELECT FROM published WHERE feed = $1) ON CONFLICT DO NOTHING`,
    [position],
  );
}

/** Restored from a dump, rows name transactions of another server, which would be in the future here. */
async function renumberRestored(
  client: PoolClient,
  { feed, position }: { feed: Feed; position: string },
): Promise<void> {
  const ahead = 'txid >= pg_snapshot_xmax(pg_current_snapshot())';
  const { rowCount } = await client.query(
    `UPDATE published SET txid = '1' WHERE feed = $1 AND ${ahead}`,
    [position],
  );
  if (rowCount !== 0) await client.query(`UPDATE ${feed} SET txid = '1' WHERE ${ahead}`);
}

function alertChange({ seq, at, by, change, severity, comment, alert }: AlertRow): AlertChange {
  const entry = { at: formatTime(at), by, change, severity, comment } as AlertHistoryEntry;
  return { seq, customer: alert.customer, alert: alertFromRow(alert), entry };
}

function refusedReading({
  txid: _txid,
  seq,
  customer,
  received_at: receivedMs,
  ...rest
}: LetterRow): RefusedReadingEntry {
  return { customer, letter: { id: String(seq), received_at: formatTime(receivedMs), ...rest } };
}
