import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, openDatabase } from './duckdb.ts';
import { exportParts, fetchPart } from './export-rows.ts';
import { CREATE_TABLES, CREATE_WANTED } from './queries.ts';
import { appendSamples, appendSeries } from './row-appender.ts';
import { SampleStage } from './sample-stage.ts';

type Sample = readonly [series: number, timeMs: number];

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

async function store(connection: Connection, samples: readonly Sample[]): Promise<void> {
  await connection.run('DELETE FROM history.recent');
  const stage = new SampleStage();
  stage.add(
    {
      count: samples.length,
      series: Int32Array.from(samples, (sample) => sample[0]),
      timesMs: Float64Array.from(samples, (sample) => sample[1]),
      values: new Float64Array(samples.length),
      replacing: new Int32Array(0),
    },
    0,
  );
  await appendSamples(connection, 'recent', { stage, positions: stage.sorted() });
}

test('parts are small enough and together hold every row once, in order', async () => {
  const connection = await connect();
  await connection.run(CREATE_WANTED);
  const ids = [4, 2, 9, 7];
  const names = ids.map((seriesId) => ({ seriesId, sensorId: 's', metric: 'm', unit: null }));
  appendSeries(connection, 'wanted', names);
  // Dense and sparse by turns: even slices of time hold very uneven numbers of rows.
  const time = fc.oneof(fc.nat(40), fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }));
  const samples = fc.uniqueArray(fc.tuple(fc.constantFrom(...ids, 1), time), {
    maxLength: 200,
    selector: ([series, ms]) => `${series} ${ms}`,
  });
  await fc.assert(
    fc.asyncProperty(samples, fc.integer({ min: 1, max: 50 }), async (stored, maxRows) => {
      await store(connection, stored);
      const range = { fromMs: -1e9, toMs: 1e9, places: ids.length };
      const rows: [number, number][] = [];
      for await (const part of exportParts(connection, range, maxRows)) {
        const { places, timesMs } = await fetchPart(connection, part);
        expect(places.length).toBeLessThanOrEqual(maxRows);
        expect(places.length).toBeGreaterThan(0);
        places.forEach((place, i) => void rows.push([place, timesMs[i] ?? 0]));
      }
      const expected = stored
        .filter(([series, ms]) => ids.includes(series) && ms < 1e9)
        .map(([series, ms]): [number, number] => [ids.indexOf(series), ms])
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(rows).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});
