import { createHash } from 'node:crypto';
import type pg from 'pg';
import { insertAll, storable } from '../postgres/unit-writer.ts';
import { MoveError } from './move-error.ts';
import type { Steps } from './move-samples.ts';
import type { Source, SourceRow } from './source.ts';
import { NUMBERED, RECORDS, SECRETS } from './tables.ts';

// Tested by: test/scale/move-house.test.ts

export interface MovedTable {
  table: string;
  rows: number;
}

interface TableCopy {
  table: string;
  columns: readonly string[];
  rows: Iterable<SourceRow>;
  insert(rows: SourceRow[]): Promise<void>;
}

const PORTION_ROWS = 500;
/** Rows of the journal are large. */
const PORTION_BYTES = 8 * 1024 * 1024;

/**
 * The state with the journal, each table read back and compared; the caller holds the transaction.
 * Throws `move_differs`.
 */
export async function moveRecords(
  source: Source,
  client: pg.Client,
  steps: Steps,
): Promise<MovedTable[]> {
  const copies = [
    ...RECORDS.map((table) => recordCopy(source, client, table)),
    journalCopy(source, client),
  ];
  const moved: MovedTable[] = [];
  const total = copies.reduce((sum, { table }) => sum + source.count(table), 0);
  let done = 0;
  // Nobody listens yet, and a message for each entry would fill the queue of those who do.
  await client.query('ALTER TABLE audit DISABLE TRIGGER USER');
  for (const copy of copies) {
    steps.signal?.throwIfAborted();
    const digest = new Digest();
    for (const portion of portionsOf(copy.rows)) {
      await copy.insert(portion);
      for (const row of portion) digest.add(row, copy.columns);
      done += portion.length;
      steps.onProgress?.(done, total);
    }
    await compare(client, copy, digest);
    moved.push({ table: copy.table, rows: digest.rows });
  }
  await client.query('ALTER TABLE audit ENABLE TRIGGER USER');
  for (const table of NUMBERED) {
    await setSequence(
      client,
      `pg_get_serial_sequence('${table}', 'seq')`,
      source.largest(table, 'seq'),
    );
  }
  return moved;
}

/** The secrets of a target that is empty are nobody's yet. */
export async function moveSecrets(source: Source, client: pg.Client): Promise<void> {
  for (const { key, value } of source.rows('meta')) {
    if (!(SECRETS as readonly unknown[]).includes(key)) continue;
    await client.query(
      'INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      [key, value],
    );
  }
}

/** Numbers that were ever given out are not given out again. */
export async function moveSequences(source: Source, client: pg.Client): Promise<void> {
  const sensors = Math.max(
    source.largest('sensors', 'pk'),
    source.largest('series', 'sensor_pk'),
    source.largest('alerts', 'sensor_pk'),
  );
  await setSequence(client, "'sensor_pks'", sensors);
  await setSequence(client, "'series_ids'", source.largest('series', 'id'));
}

async function setSequence(client: pg.Client, name: string, last: number): Promise<void> {
  if (last > 0) await client.query(`SELECT setval(${name}, $1)`, [last]);
}

function recordCopy(source: Source, client: pg.Client, table: string): TableCopy {
  return {
    table,
    columns: source.columns(table),
    rows: source.rows(table),
    insert: (rows) => insertAll(client, table, { rows }),
  };
}

function journalCopy(source: Source, client: pg.Client): TableCopy {
  return {
    table: 'journal',
    columns: ['id', 'received_at', 'samples'],
    rows: source.rows('journal'),
    async insert(rows) {
      await client.query(
        `INSERT INTO journal (shard, id, received_at, samples)
         SELECT 0, * FROM unnest($1::bigint[], $2::double precision[], $3::bytea[])`,
        [
          rows.map(({ id }) => id),
          rows.map(({ received_at }) => received_at),
          rows.map(({ samples }) => Buffer.from(samples as Uint8Array)),
        ],
      );
    },
  };
}

function* portionsOf(rows: Iterable<SourceRow>): Generator<SourceRow[]> {
  let portion: SourceRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    portion.push(row);
    for (const value of Object.values(row)) {
      if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
    }
    if (portion.length < PORTION_ROWS && bytes < PORTION_BYTES) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  if (portion.length > 0) yield portion;
}

/** Count and content of rows, whatever their order. */
class Digest {
  rows = 0;
  readonly #sum = Buffer.alloc(32);

  add(row: Record<string, unknown>, columns: readonly string[]): void {
    const values = columns.map((column) => plain(row[column]));
    const hash = createHash('sha256').update(JSON.stringify(values)).digest();
    for (let i = 0; i < hash.length; i++) this.#sum[i]! ^= hash[i]!;
    this.rows++;
  }

  equals(other: Digest): boolean {
    return this.rows === other.rows && this.#sum.equals(other.#sum);
  }
}

/** A value as both databases can hold it. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}

async function compare(client: pg.Client, copy: TableCopy, expected: Digest): Promise<void> {
  const { table, columns } = copy;
  const found = new Digest();
  const names = columns.map((column) => `"${column}"`).join(', ');
  await client.query(`DECLARE moved CURSOR FOR SELECT ${names} FROM ${table}`);
  for (;;) {
    const { rows } = await client.query(
      `FETCH ${table === 'journal' ? 20 : PORTION_ROWS} FROM moved`,
    );
    if (rows.length === 0) break;
    for (const row of rows) found.add(row, columns);
  }
  await client.query('CLOSE moved');
  if (found.equals(expected)) return;
  throw new MoveError(
    'move_differs',
    `The ${found.rows} rows of ${table} in the target are not the ${expected.rows} of the source. Nothing but readings was kept there.`,
  );
}
