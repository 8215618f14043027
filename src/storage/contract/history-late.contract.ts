import { describe, expect, test } from 'vitest';
import type { HistoryStore } from '../history-store.ts';
import { ALWAYS, columnsOf, DAY, type HistoryHarness, type Row, START } from './history-harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LATE = { lateAfterMs: 10 * MINUTE, intervalMs: HOUR };

/** Which samples came long after their time. */
export function historyLateContract(engine: string, open: () => Promise<HistoryHarness>): void {
  type Question = Parameters<HistoryStore['late']>[0];

  /** Rows of [first, last, samples, longest delay], minutes since START. */
  async function lateOf(history: HistoryStore, changed: Partial<Question> = {}) {
    const slice = await history.late({ seriesId: 1, ...ALWAYS, ...LATE, ...changed });
    const { firstsMs, lastsMs, samples, longestMs, count } = slice;
    for (const column of [firstsMs, lastsMs, samples, longestMs]) {
      expect(column).toHaveLength(count);
    }
    return Array.from(firstsMs, (first, at) => [
      (first - START) / MINUTE,
      (lastsMs[at]! - START) / MINUTE,
      samples[at]!,
      longestMs[at]! / MINUTE,
    ]);
  }

  /** Samples at these minutes, received in one commit. */
  const at = (minutes: readonly number[], series = 1) =>
    columnsOf(minutes.map((minute): Row => [series, START + minute * MINUTE, minute]));

  describe(`late samples of a HistoryStore on ${engine}`, () => {
    test('what came later than the limit is told by bucket, with its first, its last and the longest delay', async () => {
      const { history, commit } = await open();
      expect(await lateOf(history)).toEqual([]);
      await commit(at([0, 20, 40, 70, 185]), START + 190 * MINUTE);
      await commit(at([200]), START + 201 * MINUTE);
      await commit(at([10], 2), START + 190 * MINUTE);
      expect(await lateOf(history)).toEqual([
        [0, 40, 3, 190],
        [70, 70, 1, 120],
      ]);
      expect(await lateOf(history, { seriesId: 2 })).toEqual([[10, 10, 1, 180]]);
      expect(await lateOf(history, { intervalMs: DAY })).toEqual([[0, 70, 4, 190]]);
    });

    test('exactly as late as the limit is not late, and a microsecond more is', async () => {
      const { history, commit } = await open();
      await commit(at([0]), START + LATE.lateAfterMs);
      await commit(at([1]), START + MINUTE + LATE.lateAfterMs + 0.001);
      const longest = (LATE.lateAfterMs + 0.001) / MINUTE;
      expect(await lateOf(history)).toEqual([[1, 1, 1, expect.closeTo(longest, 9)]]);
    });

    test.for([1000, 5 * MINUTE, DAY])('a limit of %d ms is kept to', async (lateAfterMs) => {
      const { history, commit } = await open();
      const delays = [500, 2000, 6 * MINUTE, 25 * HOUR];
      for (const [k, delayMs] of delays.entries()) {
        await commit(at([k]), START + k * MINUTE + delayMs);
      }
      const late = delays.filter((delayMs) => delayMs > lateAfterMs);
      const range = { fromMs: START, toMs: START + DAY };
      expect(await lateOf(history, { ...range, lateAfterMs })).toEqual([
        [delays.length - late.length, delays.length - 1, late.length, (25 * HOUR) / MINUTE],
      ]);
    });

    test('a range includes its start and excludes its end', async () => {
      const { history, commit } = await open();
      await commit(at([0, 1, 2, 3]), START + DAY);
      const range = { fromMs: START + MINUTE, toMs: START + 3 * MINUTE };
      expect(await lateOf(history, range)).toEqual([[1, 2, 2, DAY / MINUTE - 1]]);
    });

    test('a value that is corrected later is late from then on, and once', async () => {
      const { history, commit } = await open();
      await commit(at([0]), START + 1000);
      expect(await lateOf(history)).toEqual([]);
      await commit(columnsOf([[1, START, 7]], [0]), START + HOUR);
      expect(await lateOf(history)).toEqual([[0, 0, 1, 60]]);
    });

    test('says from when on it looked: all of the range for the usual limit', async () => {
      const { history, commit } = await open();
      await commit(at([0]), START + DAY);
      const year = { seriesId: 1, fromMs: START - 364 * DAY, toMs: START + DAY };
      const usual = await history.late({ ...year, ...LATE });
      expect([usual.fromMs, usual.count]).toEqual([year.fromMs, 1]);
      const strict = await history.late({ ...year, ...LATE, lateAfterMs: 1000 });
      expect(strict.fromMs).toBeGreaterThanOrEqual(year.fromMs);
      expect(strict.fromMs).toBeLessThanOrEqual(START - 30 * DAY);
      expect(strict.count).toBe(1);
    });
  });
}
