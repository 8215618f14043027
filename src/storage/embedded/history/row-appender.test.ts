import { expect, onTestFinished, test } from 'vitest';
import { type Connection, openDatabase } from './duckdb.ts';
import { CREATE_TABLES, CREATE_WANTED } from './queries.ts';
import { appendKeys, appendSamples, appendSeries } from './row-appender.ts';
import { SampleStage } from './sample-stage.ts';

async function connect(): Promise<Connection> {
  const database = await openDatabase(':memory:', { threads: '1' });
  const connection = await database.connect();
  onTestFinished(() => {
    connection.close();
    database.close();
  });
  await connection.run(`ATTACH ':memory:' AS history; ${CREATE_TABLES}`);
  return connection;
}

function stageOf(rows: number): SampleStage {
  const stage = new SampleStage();
  stage.add(
    {
      count: rows,
      series: Int32Array.from({ length: rows }, (_, i) => i % 3),
      timesMs: Float64Array.from(
        { length: rows },
        (_, i) => (1_780_000_000_000_000 + i * 7) / 1000,
      ),
      values: Float64Array.from({ length: rows }, (_, i) => i / 3),
      replacing: new Int32Array(0),
    },
    1_780_000_000_500.25,
  );
  return stage;
}

const read = (connection: Connection): Promise<Float64Array[]> =>
  connection.columns('SELECT series, time, value, received FROM history.recent ORDER BY time', [
    'integer',
    'timestamp',
    'double',
    'timestamp',
  ]);

test.for([0, 1, 2047, 2048, 2049, 140_000])(
  'appendSamples() writes %i rows exactly',
  async (rows) => {
    const connection = await connect();
    const stage = stageOf(rows);
    const positions = Uint32Array.from({ length: rows }, (_, i) => rows - 1 - i);
    await appendSamples(connection, 'recent', { stage, positions });
    const [series, times, values, received] = await read(connection);
    expect(series).toEqual(Float64Array.from(stage.series.subarray(0, rows)));
    expect(times).toEqual(stage.timesMs.slice(0, rows));
    expect(values).toEqual(stage.values.slice(0, rows));
    expect(received).toEqual(new Float64Array(rows).fill(1_780_000_000_500.25));
  },
);

test('rows that were appended go with their transaction', async () => {
  const connection = await connect();
  const stage = stageOf(300_000);
  const rolledBack = connection.transaction(async () => {
    await appendSamples(connection, 'recent', { stage, positions: stage.sorted() });
    throw new Error('power cut');
  });
  await expect(rolledBack).rejects.toThrow('power cut');
  expect((await read(connection))[0]).toHaveLength(0);
});

test('appendKeys() numbers the keys where asked', async () => {
  const connection = await connect();
  const keys = { series: Int32Array.of(5, 6), timesMs: Float64Array.of(1.5, -2) };
  await connection.run('CREATE TEMP TABLE plain (series INTEGER, time TIMESTAMP)');
  await connection.run(
    'CREATE TEMP TABLE asked (position INTEGER, series INTEGER, time TIMESTAMP)',
  );
  await appendKeys(connection, 'plain', { ...keys, numbered: false });
  await appendKeys(connection, 'asked', { ...keys, numbered: true });
  const plain = await connection.columns('FROM plain', ['integer', 'timestamp']);
  expect(plain).toEqual([Float64Array.of(5, 6), Float64Array.of(1.5, -2)]);
  const asked = await connection.columns('FROM asked', ['integer', 'integer', 'timestamp']);
  expect(asked).toEqual([Float64Array.of(0, 1), ...plain]);
});

test('appendSeries() keeps names of any script and a missing unit', async () => {
  const connection = await connect();
  await connection.run(CREATE_WANTED);
  appendSeries(connection, 'wanted', [
    { seriesId: 8, sensorId: '温度-é', metric: 'm', unit: null },
    { seriesId: 9, sensorId: 'b', metric: 'm', unit: 'Cel' },
  ]);
  const found = await connection.columns(
    `SELECT place, series FROM wanted
     WHERE (sensor_id = '温度-é' AND unit IS NULL) OR (sensor_id = 'b' AND unit = 'Cel')`,
    ['integer', 'integer'],
  );
  expect(found).toEqual([Float64Array.of(0, 1), Float64Array.of(8, 9)]);
});
