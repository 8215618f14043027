import { describe, expect, onTestFinished, test } from 'vitest';
import type { ExportFormat, ExportRequest, HistoryStore } from '../history-store.ts';
import {
  ALWAYS,
  columnsOf,
  DAY,
  everySecond,
  type HistoryHarness,
  RECEIVED,
  type Row,
  START,
} from './history-harness.ts';
import { historyLateContract } from './history-late.contract.ts';
import { historyOrderContract } from './history-order.contract.ts';

export function historyStoreContract(
  engine: string,
  createStore: () => Promise<HistoryHarness>,
): void {
  async function open(): Promise<HistoryHarness> {
    const harness = await createStore();
    onTestFinished(() => harness.dispose());
    return harness;
  }

  async function allSamples(history: HistoryStore, seriesId: number): Promise<[number, number][]> {
    const slice = await history.samples({ seriesId, ...ALWAYS, limit: 1_000_000 });
    expect(slice.timesMs).toHaveLength(slice.count);
    expect(slice.values).toHaveLength(slice.count);
    return Array.from(slice.timesMs, (ms, i) => [ms - START, slice.values[i] ?? Number.NaN]);
  }

  historyOrderContract(engine, open);
  historyLateContract(engine, open);

  describe(`HistoryStore on ${engine}`, () => {
    test('an empty store answers every question with nothing', async () => {
      const { history } = await open();
      expect(await history.count()).toBe(0);
      expect((await history.samples({ seriesId: 1, ...ALWAYS, limit: 10 })).count).toBe(0);
      const buckets = { seriesId: 1, ...ALWAYS, intervalMs: 60_000, limit: 10 };
      expect((await history.buckets(buckets)).count).toBe(0);
      expect(await history.bounds({ seriesId: 1, ...ALWAYS })).toBeUndefined();
      expect(await history.stored(Int32Array.of(1), Float64Array.of(START))).toEqual(
        Float64Array.of(Number.NaN),
      );
      expect(await history.stored(new Int32Array(0), new Float64Array(0))).toHaveLength(0);
      expect(await history.deleteBefore(START)).toBe(0);
    });

    test('a question sees every commit that was acknowledged before it', async () => {
      const { history, commit } = await open();
      for (let i = 0; i < 20; i++) {
        await commit(columnsOf([[5, START + i * 1000, i]]), RECEIVED);
        const bounds = await history.bounds({ seriesId: 5, ...ALWAYS });
        expect(bounds).toEqual({ firstMs: START, lastMs: START + i * 1000 });
        expect(await history.count()).toBe(i + 1);
      }
    });

    test('samples come in ascending time, however they were committed', async () => {
      const { history, commit } = await open();
      await commit(
        columnsOf([
          [2, START + 3000, 3],
          [1, START + 5000, -1],
          [2, START + 1000, 1],
        ]),
        RECEIVED,
      );
      await commit(columnsOf([[2, START + 2000, 2]]), RECEIVED);
      expect(await allSamples(history, 2)).toEqual([
        [1000, 1],
        [2000, 2],
        [3000, 3],
      ]);
      expect(await allSamples(history, 1)).toEqual([[5000, -1]]);
    });

    test('a range includes its start, excludes its end, and the limit counts from the start', async () => {
      const { history, commit } = await open();
      await commit(columnsOf(everySecond(1, [0, 1, 2, 3, 4, 5])), RECEIVED);
      const range = { seriesId: 1, fromMs: START + 1000, toMs: START + 4000 };
      const whole = await history.samples({ ...range, limit: 100 });
      expect([...whole.values]).toEqual([1, 2, 3]);
      expect([...(await history.samples({ ...range, limit: 2 })).values]).toEqual([1, 2]);
      expect(await history.bounds(range)).toEqual({ firstMs: START + 1000, lastMs: START + 3000 });
      const outside = { seriesId: 1, fromMs: START + 1001, toMs: START + 2000 };
      expect(await history.bounds(outside)).toBeUndefined();
    });

    test('times keep their microseconds and values every bit, before 1970 too', async () => {
      const { history, commit } = await open();
      const times = [
        -1_000_000_000_000_001, -1, 0, 1, 1_780_000_000_123_456, 4_102_444_800_000_001,
      ];
      const values = [Number.MIN_VALUE, -0.1, 1 / 3, Number.MAX_VALUE, -1e-300, 2 ** 53 + 2];
      const rows = times.map((micros, i): Row => [3, micros / 1000, values[i] ?? 0]);
      await commit(columnsOf(rows), RECEIVED);
      const range = { seriesId: 3, fromMs: -1e15, toMs: 1e15 };
      const slice = await history.samples({ ...range, limit: 100 });
      expect([...slice.timesMs]).toEqual(times.map((micros) => micros / 1000));
      expect([...slice.values]).toEqual(values);
      for (const at of [1, 4]) {
        const next = { ...range, fromMs: slice.timesMs[at]! + 0.001, limit: 100 };
        expect([...(await history.samples(next)).values]).toEqual(values.slice(at + 1));
      }
    });

    test('buckets begin at multiples of the interval since 1970 and leave empty ones out', async () => {
      const { history, commit } = await open();
      await commit(
        columnsOf([
          [1, START + 1000, 4],
          [1, START + 59_999.999, -2],
          [1, START + 60_000, 7],
          [1, START + 180_500, 1],
          [1, START + 181_500, 2],
          [2, START + 1000, 99],
        ]),
        RECEIVED,
      );
      const range = { seriesId: 1, fromMs: START, toMs: START + DAY, intervalMs: 60_000 };
      const slice = await history.buckets({ ...range, limit: 100 });
      expect(slice.count).toBe(3);
      expect([...slice.startsMs]).toEqual([START, START + 60_000, START + 180_000]);
      expect([...slice.min]).toEqual([-2, 7, 1]);
      expect([...slice.mean]).toEqual([1, 7, 1.5]);
      expect([...slice.max]).toEqual([4, 7, 2]);
      expect([...slice.samples]).toEqual([2, 1, 2]);
      expect([...(await history.buckets({ ...range, limit: 2 })).mean]).toEqual([1, 7]);
    });

    test('an interval that divides no day is still counted from 1970, and a range cuts its first bucket', async () => {
      const { history, commit } = await open();
      const intervalMs = 7 * 60_000;
      const bucket = Math.floor(START / intervalMs) * intervalMs;
      await commit(
        columnsOf([
          [1, bucket, 1],
          [1, bucket + 1000, 2],
          [1, -1000, 5],
        ]),
        RECEIVED,
      );
      const cut = { seriesId: 1, fromMs: bucket + 500, toMs: bucket + DAY, intervalMs, limit: 10 };
      const slice = await history.buckets(cut);
      expect([...slice.startsMs]).toEqual([bucket]);
      expect([...slice.samples]).toEqual([1]);
      const before = await history.buckets({ ...cut, fromMs: -DAY, toMs: 0 });
      expect([...before.startsMs]).toEqual([-intervalMs]);
    });

    test('stored() answers the value at each key in the order asked, and NaN where there is none', async () => {
      const { history, commit } = await open();
      await commit(columnsOf([...everySecond(1, [10, 11, 12]), ...everySecond(2, [20])]), RECEIVED);
      const series = Int32Array.of(2, 1, 3, 1, 1, 2);
      const times = Float64Array.of(0, 2000, 0, 0, 500, 1000).map((offset) => START + offset);
      expect([...(await history.stored(series, times))]).toEqual([
        20,
        12,
        Number.NaN,
        10,
        Number.NaN,
        Number.NaN,
      ]);
    });

    test('stored() answers the same key twice, and many keys at once', async () => {
      const { history, commit } = await open();
      const rows = Array.from({ length: 5000 }, (_, i): Row => [i % 500, START + i * 10, i]);
      await commit(columnsOf(rows), RECEIVED);
      const twice = [...rows, ...rows].reverse();
      const { series, timesMs, values } = columnsOf(twice);
      expect(await history.stored(series, timesMs)).toEqual(values);
    });

    test('a replacing sample takes the place of the stored one', async () => {
      const { history, commit } = await open();
      await commit(columnsOf(everySecond(1, [1, 2, 3])), RECEIVED);
      expect(await history.count()).toBe(3);
      await commit(
        columnsOf(
          [
            [1, START + 9000, 9],
            [1, START + 1000, 22],
          ],
          [1],
        ),
        RECEIVED,
      );
      expect(await allSamples(history, 1)).toEqual([
        [0, 1],
        [1000, 22],
        [2000, 3],
        [9000, 9],
      ]);
      expect(await history.count()).toBe(4);
    });

    test('of several replacements the one committed last stands, asked in between or not', async () => {
      const { history, commit } = await open();
      await commit(columnsOf([[1, START, 1]]), RECEIVED);
      await commit(columnsOf([[1, START, 2]], [0]), RECEIVED);
      await commit(
        columnsOf(
          [
            [1, START, 3],
            [2, START, 7],
            [1, START, 4],
          ],
          [0, 2],
        ),
        RECEIVED,
      );
      expect(await allSamples(history, 1)).toEqual([[0, 4]]);
      await commit(columnsOf([[1, START, 5]], [0]), RECEIVED);
      expect(await allSamples(history, 1)).toEqual([[0, 5]]);
      expect(await allSamples(history, 2)).toEqual([[0, 7]]);
      expect(await history.count()).toBe(2);
    });

    test('deleteBefore() removes what is older than the time, and answers how many', async () => {
      const { history, commit } = await open();
      await commit(
        columnsOf([...everySecond(1, [0, 1, 2, 3]), [2, START - 400 * DAY, 1]]),
        RECEIVED,
      );
      expect(await history.deleteBefore(START + 2000)).toBe(3);
      expect(await allSamples(history, 1)).toEqual([
        [2000, 2],
        [3000, 3],
      ]);
      expect(await history.count()).toBe(2);
      expect(await history.deleteBefore(START + 2000)).toBe(0);
      await commit(columnsOf([[1, START, 7]]), RECEIVED);
      expect(await history.count()).toBe(3);
    });

    test('many questions at once are all answered', async () => {
      const { history, commit } = await open();
      await commit(columnsOf(Array.from({ length: 100 }, (_, i): Row => [i, START, i])), RECEIVED);
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, seriesId) =>
          history.samples({ seriesId, ...ALWAYS, limit: 1 }),
        ),
      );
      expect(answers.map((slice) => slice.values[0])).toEqual(
        Array.from({ length: 100 }, (_, i) => i),
      );
    });

    test('a closed store refuses questions, and closing twice does no harm', async () => {
      const { history } = await open();
      await history.close();
      await history.close();
      const question = async (): Promise<number> => history.count();
      await expect(question()).rejects.toMatchObject({ name: 'VigieError', code: 'shutting_down' });
    });

    describe('export', () => {
      const unit = 'a "unit", odd';
      const series: ExportRequest['series'] = [
        { seriesId: 3, sensorId: 'b', metric: 'temperature', unit },
        { seriesId: 1, sensorId: 'b', metric: 'humidity', unit: null },
        { seriesId: 2, sensorId: 'a:é', metric: 'temperature', unit: 'Cel' },
      ];
      const rows: Row[] = [
        [3, START + 1000, 31],
        [2, START + 2000, 2.5],
        [1, START + 1000.001, -11],
        [3, START, 30],
        [2, START + 1000, 2.25],
        [4, START, 4],
        [3, START + 5000, 35],
      ];
      const range = { fromMs: START, toMs: START + 5000 };
      const expected = [
        ['a:é', 'temperature', 'Cel', '2026-11-20T00:00:01.000Z', 2.25],
        ['a:é', 'temperature', 'Cel', '2026-11-20T00:00:02.000Z', 2.5],
        ['b', 'humidity', null, '2026-11-20T00:00:01.000001Z', -11],
        ['b', 'temperature', unit, '2026-11-20T00:00:00.000Z', 30],
        ['b', 'temperature', unit, '2026-11-20T00:00:01.000Z', 31],
      ] as const;

      async function bytesOf(history: HistoryStore, request: ExportRequest): Promise<Buffer> {
        const pieces: Uint8Array[] = [];
        for await (const piece of history.export(request)) pieces.push(piece);
        return Buffer.concat(pieces);
      }

      test('CSV has a header, quotes where needed, and rows by sensor, metric and time', async () => {
        const { history, commit } = await open();
        await commit(columnsOf(rows), RECEIVED);
        const text = (await bytesOf(history, { series, ...range, format: 'csv' })).toString();
        const lines = expected.map(([sensor, metric, itsUnit, time, value]) => {
          const field = itsUnit === unit ? '"a ""unit"", odd"' : (itsUnit ?? '');
          return `${sensor},${metric},${field},${time},${value},2026-11-20T01:00:00.000Z`;
        });
        const header = 'sensor_id,metric,unit,timestamp,value,received_at';
        expect(text.split('\r\n')).toEqual([header, ...lines, '']);
      });

      test('JSON is one array of objects, a row a line', async () => {
        const { history, commit } = await open();
        await commit(columnsOf(rows), RECEIVED);
        const text = (await bytesOf(history, { series, ...range, format: 'json' })).toString();
        expect(JSON.parse(text)).toEqual(
          expected.map(([sensor_id, metric, itsUnit, timestamp, value]) => ({
            sensor_id,
            metric,
            unit: itsUnit,
            timestamp,
            value,
            received_at: '2026-11-20T01:00:00.000Z',
          })),
        );
        expect(text.trim().split('\n')).toHaveLength(expected.length + 2);
      });

      test('Parquet is a Parquet file', async () => {
        const { history, commit } = await open();
        await commit(columnsOf(rows), RECEIVED);
        const bytes = await bytesOf(history, { series, ...range, format: 'parquet' });
        expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
        expect(bytes.subarray(-4).toString()).toBe('PAR1');
      });

      test('an export without rows is still a whole file', async () => {
        const { history } = await open();
        const none = { series: [], ...range };
        expect((await bytesOf(history, { ...none, format: 'csv' })).toString()).toBe(
          'sensor_id,metric,unit,timestamp,value,received_at\r\n',
        );
        const json = await bytesOf(history, { series, ...range, format: 'json' });
        expect(JSON.parse(json.toString())).toEqual([]);
        const parquet = await bytesOf(history, { ...none, format: 'parquet' });
        expect(parquet.subarray(-4).toString()).toBe('PAR1');
      });

      test('a reader that stops early leaves the store in order', async () => {
        const { history, commit } = await open();
        const many = Array.from({ length: 20_000 }, (_, i): Row => [1, START + i, i]);
        await commit(columnsOf(many), RECEIVED);
        const formats: ExportFormat[] = ['csv', 'json', 'parquet'];
        for (const format of [...formats, ...formats]) {
          for await (const piece of history.export({ series, ...ALWAYS, format })) {
            expect(piece.length).toBeGreaterThan(0);
            break;
          }
        }
        expect(await history.count()).toBe(20_000);
      });

      test('what is committed while an export runs does not disturb it', async () => {
        const { history, commit } = await open();
        const many = Array.from({ length: 50_000 }, (_, i): Row => [1 + (i % 3), START + i, i]);
        await commit(columnsOf(many), RECEIVED);
        let text = '';
        let pieces = 0;
        for await (const piece of history.export({ series, ...ALWAYS, format: 'csv' })) {
          text += Buffer.from(piece).toString();
          if (pieces++ === 2) {
            await commit(columnsOf([[9, START, 1]]), RECEIVED);
            expect(await history.count()).toBe(50_001);
          }
        }
        expect(text.trim().split('\r\n')).toHaveLength(50_001);
      });
    });
  });
}
