import type { Statements } from './pool.ts';
import { DAY_MS, FIRST_DAY_MS } from './rollup-days.ts';

// Tested by: partitions.test.ts, test/scale/postgres-store.test.ts

/** Days older than this share a partition for their month, so that a long history does not make thousands. */
const DAILY_FOR_DAYS = 40;
const LOCK_TIMEOUT = '5s';
/** One at a time, whoever makes them. */
const LOCK_KEY = 0x7669_0001;

/** A stretch of time with a table of its own; ms, from inclusive, to exclusive. */
export interface Partition {
  name: string;
  fromMs: number;
  toMs: number;
}

const startOfDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

function dayPartition(ms: number): Partition {
  const fromMs = startOfDay(ms);
  const name = `samples_${new Date(fromMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
  return { name, fromMs, toMs: fromMs + DAY_MS };
}

function monthPartition(ms: number): Partition {
  const date = new Date(ms);
  const fromMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const toMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return {
    name: `samples_${new Date(fromMs).toISOString().slice(0, 7).replace('-', '')}`,
    fromMs,
    toMs,
  };
}

/** The partition for a time that none of `known` covers. */
export function partitionFor(ms: number, known: readonly Partition[], nowMs: number): Partition {
  const month = monthPartition(ms);
  const isOld = ms < startOfDay(nowMs) - DAILY_FOR_DAYS * DAY_MS;
  const isMonthFree = !known.some(({ fromMs, toMs }) => fromMs < month.toMs && toMs > month.fromMs);
  // Only a month that is over in every way: none of its days may get a partition of its own later.
  const isWhole = month.toMs <= startOfDay(nowMs) - DAILY_FOR_DAYS * DAY_MS;
  return isOld && isWhole && isMonthFree ? month : dayPartition(ms);
}

/** The starts of the days that a group's samples lie in. */
export function daysOf(timesMs: Float64Array): Set<number> {
  const days = new Set<number>();
  let fromMs = 0;
  let toMs = 0;
  for (const ms of timesMs) {
    // Neighbors mostly share their day.
    if (ms >= fromMs && ms < toMs) continue;
    fromMs = startOfDay(ms);
    toMs = fromMs + DAY_MS;
    days.add(fromMs);
  }
  return days;
}

/** Makes the partitions that a group needs before its transaction begins; remembers those that exist. */
export class Partitions {
  #known: Partition[] = [];
  readonly #days = new Set<number>();

  /** Resolves once every day (start, ms) has its partition; what is older than 2000 has one from the beginning. */
  async ensure(client: Statements, days: Iterable<number>, nowMs: number): Promise<void> {
    for (const day of days) {
      if (day < FIRST_DAY_MS || this.#days.has(day)) continue;
      if (!this.#covers(day)) this.#known = await readPartitions(client);
      if (!this.#covers(day)) {
        await create(client, day, nowMs);
        this.#known = await readPartitions(client);
      }
      this.#days.add(day);
    }
  }

  #covers(ms: number): boolean {
    return this.#known.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
  }
}

/** Attached, not made in place: attaching lets questions that are under way go on. */
async function create(client: Statements, day: number, nowMs: number): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
    const known = await readPartitions(client);
    if (!known.some(({ fromMs, toMs }) => fromMs <= day && day < toMs)) {
      const { name, fromMs, toMs } = partitionFor(day, known, nowMs);
      await client.query(`CREATE TABLE ${name} (LIKE samples INCLUDING DEFAULTS)`);
      await client.query(`CREATE INDEX ON ${name} (series, time)`);
      await client.query(
        `ALTER TABLE samples ATTACH PARTITION ${name} FOR VALUES FROM ('${utc(fromMs)}') TO ('${utc(toMs)}')`,
      );
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}+00`;
}

/** From the names, which say all. */
export async function readPartitions(client: Statements): Promise<Partition[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'samples'::regclass`,
  );
  return rows.flatMap(({ name }) => {
    const match = /^samples_(\d{4})(\d{2})(\d{2})?$/.exec(name);
    if (!match) return [];
    const [, year, month, day] = match.map(Number);
    const fromMs = Date.UTC(year!, month! - 1, match[3] === undefined ? 1 : day!);
    return [match[3] === undefined ? monthPartition(fromMs) : dayPartition(fromMs)];
  });
}

/** Bytes of the samples themselves, by the partition's name. */
export async function partitionSizes(client: Statements): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; bytes: number }>(
    `SELECT child.relname AS name, pg_relation_size(child.oid) AS bytes FROM pg_inherits
     JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'samples'::regclass`,
  );
  return new Map(rows.map(({ name, bytes }) => [name, bytes]));
}
