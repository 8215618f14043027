import pg from 'pg';
import { MAIN_CUSTOMER } from '#domain/caller.ts';
import type { Logger } from '#platform/logging.ts';
import { connectionOptions, endConnection } from './pool.ts';

// Tested by: test/scale/process-link.test.ts, test/scale/roles.test.ts

/** A change that people made, as its audit entry names it. */
export interface Change {
  customer: string;
  /** `<noun>.<verb>`. */
  action: string;
  /** `<noun>/<id>`. */
  target: string;
}

/** Something that happened in another process; lost where nobody listens. */
export interface Message {
  topic: string;
  event: unknown;
}

export interface ProcessLinkOptions {
  url: string;
  pool: pg.Pool;
  /** Told apart by this; unique for each process. */
  owner: string;
  log: Pick<Logger, 'warn'>;
  onChange(change: Change): void;
  onMessage(message: Message): void;
  /** Changes may have been missed: everything that is remembered of them is to be read anew. Called again where it rejects. */
  onGap(): Promise<void>;
}

const CHANGES = 'vigie_changes';
const MESSAGES = 'vigie_messages';
/** The engine refuses payloads of 8000 bytes or more. */
const MOST_BYTES = 7900;
const MOST_WAITING = 1000;
const FLUSH_MS = 20;
const RECONNECT_MS = { first: 250, max: 10_000 };
/** A connection that is dead without having said so is found out by this. */
const CHECK_MS = 15_000;

/**
 * Word from process to process through the database (LISTEN and NOTIFY). Changes that people make arrive if they hold,
 * or `onGap` says that some may be missing; messages are news for whoever looks on, and may be dropped.
 */
export class ProcessLink {
  readonly #options: ProcessLinkOptions;
  readonly #waiting: string[] = [];
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #checkTimer: NodeJS.Timeout | undefined;
  #flushTimer: NodeJS.Timeout | undefined;
  #backoffMs = RECONNECT_MS.first;
  #isClosed = false;
  #wasConnected = false;

  constructor(options: ProcessLinkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#connect();
    this.#checkTimer = setInterval(() => void this.#check(), CHECK_MS);
  }

  /** False where it does not fit, or too much waits already. */
  send({ topic, event }: Message): boolean {
    if (this.#isClosed) return false;
    const text = JSON.stringify({ from: this.#options.owner, topic, event });
    if (Buffer.byteLength(text) > MOST_BYTES || this.#waiting.length >= MOST_WAITING) return false;
    this.#waiting.push(text);
    this.#flushTimer ??= setTimeout(() => void this.#flush(), FLUSH_MS);
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#checkTimer);
    clearTimeout(this.#flushTimer);
    await this.#flush();
    if (this.#client) await endConnection(this.#client);
  }

  async #flush(): Promise<void> {
    this.#flushTimer = undefined;
    const texts = this.#waiting.splice(0);
    if (texts.length === 0) return;
    const { pool, log } = this.#options;
    await pool
      .query('SELECT pg_notify($1, text) FROM unnest($2::text[]) AS texts (text)', [
        MESSAGES,
        texts,
      ])
      .catch((error: unknown) => log.warn({ err: error }, 'other processes could not be told'));
  }

  async #connect(): Promise<void> {
    const { url } = this.#options;
    const client = new pg.Client({
      ...connectionOptions(url, 'vigie listener'),
      query_timeout: CHECK_MS,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel, payload }) => this.#receive(channel, payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANGES}`);
      await client.query(`LISTEN ${MESSAGES}`);
      if (this.#isClosed) throw new Error('the link is closed');
      this.#client = client;
      // What cannot be read anew now is so at the next connection.
      if (this.#wasConnected) await this.#options.onGap();
    } catch (error) {
      if (this.#client === client) this.#client = undefined;
      await endConnection(client);
      throw error;
    }
    this.#backoffMs = RECONNECT_MS.first;
    this.#wasConnected = true;
  }

  #lost(client: pg.Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = undefined;
    this.#options.log.warn({}, 'word from other processes is missing until the database answers');
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    const waitMs = this.#backoffMs * (0.5 + Math.random() / 2);
    this.#backoffMs = Math.min(2 * this.#backoffMs, RECONNECT_MS.max);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#connect().catch((error: unknown) => {
        // Where it was lost meanwhile, another connection is on its way already, or there.
        if (this.#isClosed || this.#client !== undefined) return;
        this.#options.log.warn({ err: error }, 'word from other processes is still missing');
        this.#reconnectLater();
      });
    }, waitMs);
  }

  async #check(): Promise<void> {
    const client = this.#client;
    try {
      await client?.query('SELECT 1');
    } catch {
      if (client) {
        await endConnection(client);
        this.#lost(client);
      }
    }
  }

  #receive(channel: string, payload: string): void {
    try {
      const told = JSON.parse(payload) as Change & Message & { from?: string };
      if (channel === CHANGES) this.#options.onChange(told);
      else if (told.from !== this.#options.owner) this.#options.onMessage(told);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'word from another process could not be read');
    }
  }
}

/** Customers of whom something may have changed while nobody listened. */
export async function customersOf(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ customer: string }>(
    'SELECT customer FROM sensors UNION SELECT customer FROM documents UNION SELECT customer FROM api_keys',
  );
  return [...new Set([MAIN_CUSTOMER, ...rows.map(({ customer }) => customer)])];
}
