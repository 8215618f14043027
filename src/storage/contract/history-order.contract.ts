import { describe, expect, test } from 'vitest';
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

/** From which end a range is read, and across which gaps. */
export function historyOrderContract(engine: string, open: () => Promise<HistoryHarness>): void {
  describe(`the order of a HistoryStore on ${engine}`, () => {
    test('descending, the newest come first and the limit counts back from the end', async () => {
      const { history, commit } = await open();
      await commit(columnsOf(everySecond(1, [0, 1, 2, 3, 4, 5])), RECEIVED);
      await commit(columnsOf([[1, START - 300 * DAY, -1]]), RECEIVED);
      const back = { seriesId: 1, fromMs: START + 1000, toMs: START + 5000, descending: true };
      const slice = await history.samples({ ...back, limit: 3 });
      expect([...slice.values]).toEqual([4, 3, 2]);
      expect([...slice.timesMs]).toEqual([4000, 3000, 2000].map((offset) => START + offset));
      const rest = { ...back, ...ALWAYS, toMs: START + 2000, limit: 9 };
      expect([...(await history.samples(rest)).values]).toEqual([1, 0, -1]);
      const buckets = { ...back, ...ALWAYS, intervalMs: 2000 };
      const newest = await history.buckets({ ...buckets, limit: 2 });
      expect([...newest.startsMs]).toEqual([START + 4000, START + 2000]);
      expect([...newest.mean]).toEqual([4.5, 2.5]);
      const all = await history.buckets({ ...buckets, limit: 9 });
      expect([...all.samples]).toEqual([2, 2, 2, 1]);
    });

    test('what lies years apart is found from either end, and so are buckets by the day over them', async () => {
      const { history, commit } = await open();
      const days = [-3000, -2999, -1100, -1, 0, 1];
      await commit(columnsOf(days.map((day): Row => [1, START + day * DAY, day])), RECEIVED);
      const range = { seriesId: 1, fromMs: START - 9000 * DAY, toMs: START + 9000 * DAY };
      for (const descending of [false, true]) {
        const expected = descending ? days.toReversed() : days;
        const order = { ...range, descending, limit: 100 };
        expect([...(await history.samples(order)).values]).toEqual(expected);
        const some = await history.samples({ ...order, limit: 4 });
        expect([...some.values]).toEqual(expected.slice(0, 4));
        for (const intervalMs of [1000, DAY]) {
          const slice = await history.buckets({ ...order, intervalMs });
          expect([...slice.mean]).toEqual(expected);
        }
      }
    });
  });
}
