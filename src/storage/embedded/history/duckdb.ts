// A thin layer over DuckDB's own binding. Its object layer (@duckdb/node-api) is left out: it costs 13 MB
// of resident memory and hides the vectors that are filled and read here column by column.
// Tested by: duckdb.test.ts
import bindings from '@duckdb/node-bindings';

type Binding = typeof bindings;
type DuckConnection = Awaited<ReturnType<Binding['connect']>>;
type DuckDatabase = Awaited<ReturnType<Binding['open']>>;
type DuckStatement = Awaited<ReturnType<Binding['prepare']>>;
type DuckResult = Awaited<ReturnType<Binding['query']>>;

export type Parameter =
  | { int: number }
  | { double: number }
  | { timeMs: number }
  | { text: string };
/** How a result column is read: TIMESTAMP becomes ms with microseconds as fraction. */
export type ColumnKind = 'integer' | 'bigint' | 'double' | 'timestamp';

const MAX_TIME_MS = 8.64e15;
const TWO_32 = 4_294_967_296;

/** Microseconds since the epoch, within what both JavaScript and DuckDB can hold. */
export function microsOf(ms: number): number {
  return Math.round(Math.min(Math.max(ms, -MAX_TIME_MS), MAX_TIME_MS) * 1000);
}

export async function openDatabase(
  path: string,
  settings: Record<string, string>,
): Promise<Database> {
  const config = bindings.create_config();
  for (const [name, value] of Object.entries(settings)) bindings.set_config(config, name, value);
  return new Database(await bindings.open(path, config));
}

export class Database {
  readonly #database: DuckDatabase;

  constructor(database: DuckDatabase) {
    this.#database = database;
  }

  async connect(): Promise<Connection> {
    return new Connection(await bindings.connect(this.#database));
  }

  /** Writes a checkpoint where nobody else holds a connection. */
  close(): void {
    bindings.close_sync(this.#database);
  }
}

/** One connection runs one statement at a time. */
export class Connection {
  /** For appenders. */
  readonly handle: DuckConnection;

  constructor(handle: DuckConnection) {
    this.handle = handle;
  }

  async run(sql: string): Promise<void> {
    await bindings.query(this.handle, sql);
  }

  /** Rows that an UPDATE, INSERT or DELETE touched. */
  async change(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    const result = await this.#execute(sql, parameters);
    return bindings.rows_changed(result);
  }

  /** The result's columns as numbers. A NULL reads as whatever lies in its place: statements must not answer one. */
  async columns(
    sql: string,
    kinds: readonly ColumnKind[],
    parameters: readonly Parameter[] = [],
  ): Promise<Float64Array<ArrayBuffer>[]> {
    return readColumns(await this.#execute(sql, parameters), kinds);
  }

  /** All of it or nothing. */
  async transaction(work: () => Promise<void>): Promise<void> {
    await this.run('BEGIN');
    try {
      await work();
      await this.run('COMMIT');
    } catch (error) {
      // A failed COMMIT has rolled back by itself.
      await this.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  interrupt(): void {
    bindings.interrupt(this.handle);
  }

  close(): void {
    bindings.disconnect_sync(this.handle);
  }

  /**
   * Planned anew each time (0.2 ms): a plan that is kept may hold what was derived from the data of its time,
   * and `count(*)` then goes on answering the old number.
   */
  async #execute(sql: string, parameters: readonly Parameter[]): Promise<DuckResult> {
    const statement = await bindings.prepare(this.handle, sql);
    try {
      parameters.forEach((parameter, i) => {
        bind(statement, i + 1, parameter);
      });
      return await bindings.execute_prepared(statement);
    } finally {
      bindings.destroy_prepare_sync(statement);
    }
  }
}

function bind(statement: DuckStatement, index: number, parameter: Parameter): void {
  if ('int' in parameter) bindings.bind_int64(statement, index, BigInt(parameter.int));
  else if ('double' in parameter) bindings.bind_double(statement, index, parameter.double);
  else if ('text' in parameter) bindings.bind_varchar(statement, index, parameter.text);
  else {
    bindings.bind_timestamp(statement, index, { micros: BigInt(microsOf(parameter.timeMs)) });
  }
}

const BYTES: Record<ColumnKind, number> = { integer: 4, bigint: 8, double: 8, timestamp: 8 };

function readColumns(
  result: DuckResult,
  kinds: readonly ColumnKind[],
): Float64Array<ArrayBuffer>[] {
  const chunks = Array.from({ length: bindings.result_chunk_count(result) }, (_, i) =>
    bindings.result_get_chunk(result, i),
  );
  const sizes = chunks.map((chunk) => bindings.data_chunk_get_size(chunk));
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  return kinds.map((kind, column) => {
    const target = new Float64Array(rows);
    let at = 0;
    chunks.forEach((chunk, i) => {
      const size = sizes[i] ?? 0;
      const vector = bindings.data_chunk_get_vector(chunk, column);
      readVector(
        kind,
        bindings.vector_get_data(vector, size * BYTES[kind]),
        target.subarray(at, at + size),
      );
      at += size;
    });
    return target;
  });
}

function readVector(kind: ColumnKind, data: Uint8Array, target: Float64Array): void {
  const { buffer, byteOffset } = data;
  const rows = target.length;
  if (kind === 'double') target.set(new Float64Array(buffer, byteOffset, rows));
  else if (kind === 'integer') target.set(new Int32Array(buffer, byteOffset, rows));
  else {
    // Two halves instead of a BigInt a value; exact up to 2^53, which is the year 2255 in microseconds.
    const low = new Uint32Array(buffer, byteOffset, rows * 2);
    const high = new Int32Array(buffer, byteOffset, rows * 2);
    const divisor = kind === 'timestamp' ? 1000 : 1;
    for (let i = 0; i < rows; i++) {
      target[i] = ((high[2 * i + 1] ?? 0) * TWO_32 + (low[2 * i] ?? 0)) / divisor;
    }
  }
}
