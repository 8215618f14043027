import { expect, onTestFinished, test } from 'vitest';
import { type Connection, microsOf, openDatabase } from './duckdb.ts';

async function connect(): Promise<Connection> {
  const database = await openDatabase(':memory:', { threads: '1' });
  const connection = await database.connect();
  onTestFinished(() => {
    connection.close();
    database.close();
  });
  return connection;
}

test('columns() reads each kind exactly, over many chunks', async () => {
  const connection = await connect();
  const columns = await connection.columns(
    `SELECT i::INTEGER - 5, i * 10_000_000_000 - 1, i / 8, make_timestamp(i * 1_000_001 - 7)
     FROM range(5000) AS numbers(i)`,
    ['integer', 'bigint', 'double', 'timestamp'],
  );
  for (const i of [0, 1, 2047, 2048, 4999]) {
    expect(columns.map((column) => column[i])).toEqual([
      i - 5,
      i * 10_000_000_000 - 1,
      i / 8,
      (i * 1_000_001 - 7) / 1000,
    ]);
  }
  expect(columns.map((column) => column.length)).toEqual([5000, 5000, 5000, 5000]);
});

test('parameters arrive as they were given, the same statement with others again', async () => {
  const connection = await connect();
  const sql = 'SELECT $1::INTEGER, $2::DOUBLE, $3::TIMESTAMP, length($4::VARCHAR)';
  const kinds = ['integer', 'double', 'timestamp', 'bigint'] as const;
  const ask = async (int: number, double: number, timeMs: number): Promise<unknown[]> => {
    const parameters = [{ int }, { double }, { timeMs }, { text: 'é"\'' }];
    return (await connection.columns(sql, kinds, parameters)).map((column) => column[0]);
  };
  expect(await ask(7, 0.1, 1_780_000_000_123.456)).toEqual([7, 0.1, 1_780_000_000_123.456, 3]);
  expect(await ask(-7, -1e300, -0.001)).toEqual([-7, -1e300, -0.001, 3]);
});

test('times without an end are held within what a timestamp can hold', () => {
  expect(microsOf(Number.POSITIVE_INFINITY)).toBe(8.64e18);
  expect(microsOf(Number.NEGATIVE_INFINITY)).toBe(-8.64e18);
  expect(microsOf(1.0005)).toBe(1001);
});

test('a transaction that fails leaves nothing behind, and the next one works', async () => {
  const connection = await connect();
  await connection.run('CREATE TABLE t (i INTEGER)');
  const failing = connection.transaction(async () => {
    await connection.run('INSERT INTO t VALUES (1)');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  const broken = connection.transaction(() => connection.run('INSERT INTO missing VALUES (1)'));
  await expect(broken).rejects.toThrow('missing');
  await connection.transaction(() => connection.run('INSERT INTO t VALUES (2)'));
  expect(await connection.columns('SELECT i FROM t', ['integer'])).toEqual([Float64Array.of(2)]);
});

test('interrupt() ends a long statement, and the connection goes on', async () => {
  const connection = await connect();
  const long = connection.columns(
    'SELECT count(*) FROM range(1_000_000_000) a, range(1_000_000_000) b',
    ['bigint'],
  );
  setTimeout(() => connection.interrupt(), 50);
  await expect(long).rejects.toThrow(/interrupt/i);
  expect(await connection.columns('SELECT 1', ['integer'])).toEqual([Float64Array.of(1)]);
});

test('change() answers how many rows it touched', async () => {
  const connection = await connect();
  await connection.run('CREATE TABLE t AS SELECT i FROM range(10) AS numbers(i)');
  expect(await connection.change('DELETE FROM t WHERE i < $1', [{ int: 4 }])).toBe(4);
});
