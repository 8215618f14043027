import pg from 'pg';
import { VigieError } from '#domain/errors.ts';
import type { CommitStore, CommitUnit, JournalEntry } from '../commit-store.ts';
import { decodeJournal, encodeJournal } from '../journal.ts';
import type { Capabilities } from './capabilities.ts';
import { daysOf, Partitions } from './partitions.ts';
import { connectionOptions, endConnection } from './pool.ts';
import { markDirty } from './rollup-days.ts';
import { storageError } from './storage-error.ts';
import { writeLists } from './unit-writer.ts';
import { writeSamples } from './write-samples.ts';

// Tested by: test/scale/postgres-store.test.ts, test/scale/postgres-faults.test.ts, test/scale/shard-takeover.test.ts

export interface ShardOptions {
  url: string;
  pool: pg.Pool;
  /** A partition of the stream; 0 where there is no stream. */
  shard: number;
  /** Who takes it: shown to whoever is refused. */
  owner: string;
  /**
   * `wait`: one owner at a time, another stands by until the present one's session ends. `take`: the caller has
   * been given the shard by somebody who decides; whoever had it before can write no more.
   */
  claim: 'wait' | 'take';
  capabilities: Capabilities;
  now(): number;
}

/** Of pg_try_advisory_lock(class, shard). */
const LOCK_CLASS = 0x7669_6769;
/**
 * Of a statement. A group is 20,000 readings at most and copied in a fraction of a second: a database that takes so long
 * does not keep up, and its senders are better told to come again than left waiting.
 */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Silence for longer than a statement may take is a dead connection. */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 2000;
/**
 * The claim ends with the session, and the server ends a session that says nothing for so long: an owner that is
 * frozen, or cut off, does not keep the others out for ever.
 */
const MOST_IDLE_MS = 30_000;
const SIGN_OF_LIFE_MS = 5000;
const JOURNAL_PORTION = 64;

/**
 * One shard's place in the database, on a connection of its own. State machine: `unclaimed → owned ⇄ lost → closed`.
 * Claiming raises the shard's generation; every commit names the generation that it was claimed with, in its own
 * transaction, so whoever was overtaken (paused, cut off) writes nothing any more. A commit that fails loses
 * the connection; `probe` claims again, and the processor then reads what is durable.
 */
export class Shard implements CommitStore {
  readonly #options: ShardOptions;
  readonly #partitions = new Partitions();
  #client: pg.Client | undefined;
  #generation = 0;
  #lastJournalId = 0;
  #nextOffset: number | undefined;
  #failedEpoch = -1;
  /** The connection is gone: what the owner holds in memory may be old until it has probed. */
  #isLost = false;
  #lifeTimer: NodeJS.Timeout | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: ShardOptions) {
    this.#options = options;
  }

  /** From where the stream is to be read on; undefined where nothing of it has been committed. */
  get nextOffset(): number | undefined {
    return this.#nextOffset;
  }

  /** Claims the shard where that is not done yet. Rejects with `standing_by` while another has it. */
  probe(): Promise<void> {
    return this.#inLine(async () => {
      this.#isLost = false;
      const client = await this.#owned();
      await client.query('SELECT 1');
    });
  }

  async commit(unit: CommitUnit, epoch: number): Promise<void> {
    await this.#inLine(async () => {
      if (epoch <= this.#failedEpoch) {
        throw new VigieError('storage_unavailable', 'A commit before this one failed.', {
          retryAfterSeconds: 5,
        });
      }
      try {
        await this.#write(unit);
      } catch (error) {
        this.#failedEpoch = epoch;
        throw error;
      }
    });
  }

  async *journalAfter(id: number): AsyncIterable<JournalEntry> {
    for (let after = id; ; ) {
      const rows = await this.#beside<{ id: number; received_at: number; samples: Buffer }>(
        'SELECT id, received_at, samples FROM journal WHERE shard = $1 AND id > $2 ORDER BY id LIMIT $3',
        [this.#options.shard, after, JOURNAL_PORTION],
      );
      for (const row of rows) {
        yield { id: row.id, receivedMs: row.received_at, samples: decodeJournal(row.samples) };
      }
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.id;
    }
  }

  lastJournalId(): Promise<number> {
    return this.#inLine(async () => {
      await this.#owned();
      return this.#lastJournalId;
    });
  }

  async trimJournal(throughId: number): Promise<void> {
    await this.#beside('DELETE FROM journal WHERE shard = $1 AND id <= $2', [
      this.#options.shard,
      throughId,
    ]);
  }

  async reserveIds(kind: 'sensor' | 'series', count: number): Promise<number> {
    const sequence = kind === 'sensor' ? 'sensor_pks' : 'series_ids';
    // The lock makes the block one piece; gaps between blocks do no harm.
    const rows = await this.#beside<{ last: number }>(
      `WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock($1, $2)),
            taken AS MATERIALIZED (SELECT nextval('${sequence}') AS first FROM turn)
       SELECT setval('${sequence}', first + $3::integer - 1) AS last FROM taken`,
      [LOCK_CLASS, kind === 'sensor' ? -1 : -2, count],
    );
    return rows[0]!.last - count + 1;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#line.catch(() => undefined);
    await this.#drop();
  }

  /** One thing at a time on the one connection; what fails takes the connection along. */
  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(work).catch(async (error: unknown) => {
      await this.#drop();
      throw storageError(error);
    });
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  /** What needs no claim goes past the line, on another connection. */
  async #beside<R extends object>(sql: string, parameters: unknown[]): Promise<R[]> {
    try {
      return (await this.#options.pool.query<R>(sql, parameters)).rows;
    } catch (error) {
      throw storageError(error);
    }
  }

  async #owned(): Promise<pg.Client> {
    if (this.#client !== undefined) return this.#client;
    if (this.#isLost) throw storageError(new Error('the connection was lost'));
    return this.#claim();
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#isLost = true;
    clearInterval(this.#lifeTimer);
    if (client) await endConnection(client);
  }

  async #claim(): Promise<pg.Client> {
    if (this.#isClosed) throw new VigieError('shutting_down', 'The shard is closed.');
    const { url, shard, owner, claim } = this.#options;
    const client = new pg.Client({
      ...connectionOptions(url, `vigie shard ${shard}`),
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: SILENCE_MS,
      idle_in_transaction_session_timeout: MOST_IDLE_MS,
    });
    // Told by the next query, which fails.
    client.on('error', () => undefined);
    await client.connect();
    this.#client = client;
    await client.query(`SET idle_session_timeout = ${MOST_IDLE_MS}`);
    if (claim === 'wait') await lockOrStandBy(client, shard);
    else await endEarlierSessions(client);
    const { rows } = await client.query<{
      generation: number;
      last_journal_id: number;
      next_offset: number | null;
    }>(
      `INSERT INTO shards (shard, generation, owner, last_journal_id, samples, taken_at)
       VALUES ($1, 1, $2, 0, 0, now())
       ON CONFLICT (shard) DO UPDATE
       SET generation = shards.generation + 1, owner = excluded.owner, taken_at = now()
       RETURNING generation, last_journal_id, next_offset`,
      [shard, owner],
    );
    const [row] = rows;
    this.#generation = row!.generation;
    this.#lastJournalId = row!.last_journal_id;
    this.#nextOffset = row!.next_offset ?? undefined;
    this.#lifeTimer = setInterval(() => this.#showLife(), SIGN_OF_LIFE_MS);
    return client;
  }

  /** Tells the server that this owner is there; finds out, too, whether the server is. */
  #showLife(): void {
    const client = this.#client;
    // What fails here takes the connection along; the next commit is told.
    this.#inLine(async () => {
      if (this.#client === client) await client?.query('SELECT 1');
    }).catch(() => undefined);
  }

  async #write(unit: CommitUnit): Promise<void> {
    const client = await this.#owned();
    const { samples } = unit;
    const days = samples ? daysOf(samples.timesMs.subarray(0, samples.count)) : new Set<number>();
    if (!this.#options.capabilities.chunks) {
      await this.#partitions.ensure(client, days, this.#options.now());
    }
    const journalId = unit.journalId || this.#lastJournalId;
    const offset = unit.nextOffset ?? this.#nextOffset;
    await client.query('BEGIN');
    const added = await this.#writeSamples(client, unit, days);
    await writeLists(client, unit);
    await this.#moveOn(client, { journalId, offset, added });
    await client.query('COMMIT');
    this.#lastJournalId = journalId;
    this.#nextOffset = offset;
  }

  /** Answers by how many samples there are more. */
  async #writeSamples(client: pg.Client, unit: CommitUnit, days: Set<number>): Promise<number> {
    const { samples, receivedMs, journalId } = unit;
    if (samples === undefined) return 0;
    await markDirty(client, days, this.#options.now());
    await client.query(
      'INSERT INTO journal (shard, id, received_at, samples) VALUES ($1, $2, $3, $4)',
      [this.#options.shard, journalId, receivedMs, Buffer.from(encodeJournal(samples).buffer)],
    );
    return writeSamples(client, samples, receivedMs);
  }

  /** Last in the transaction: the row stays locked until the commit. */
  async #moveOn(
    client: pg.Client,
    { journalId, offset, added }: { journalId: number; offset: number | undefined; added: number },
  ): Promise<void> {
    const { shard } = this.#options;
    const { rowCount } = await client.query(
      `UPDATE shards SET last_journal_id = $3, next_offset = $4, samples = samples + $5
       WHERE shard = $1 AND generation = $2`,
      [shard, this.#generation, journalId, offset ?? null, added],
    );
    if (rowCount === 0) {
      throw new VigieError('standing_by', `Another process has taken shard ${shard}.`, {
        retryAfterSeconds: 5,
      });
    }
  }
}

/**
 * Of this shard, as sessions are named for it: those that were there before this one. Their owner has been overtaken. Where
 * it is gone with a transaction open, the server does not know, and that transaction would hold the claim up until
 * its time is over. A COMMIT that is under way counts wholly or not at all: the claim waits until it is over.
 */
async function endEarlierSessions(client: pg.Client): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(other.pid) FROM pg_stat_activity other, pg_stat_activity own
     WHERE own.pid = pg_backend_pid() AND other.pid <> own.pid AND other.datid = own.datid
       AND other.usesysid = own.usesysid AND other.application_name = own.application_name
       AND other.backend_start < own.backend_start`,
  );
}

async function lockOrStandBy(client: pg.Client, shard: number): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock($1, $2) AS locked',
    [LOCK_CLASS, shard],
  );
  if (rows[0]?.locked) return;
  const { rows: owners } = await client.query<{ owner: string }>(
    'SELECT owner FROM shards WHERE shard = $1',
    [shard],
  );
  throw new VigieError(
    'standing_by',
    `${owners[0]?.owner ?? 'Another process'} takes the readings; this one stands by.`,
    { retryAfterSeconds: 5 },
  );
}
