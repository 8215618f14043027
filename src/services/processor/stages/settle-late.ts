import type { HistoryStore } from '#storage/history-store.ts';
import type { Group } from '../group.ts';

// Tested by: ../processor.test.ts

/** Longer than this nobody's readings wait for the history to tell late ones from repeated ones. */
const ANSWER_MS = 5000;

/**
 * Samples older than their series are stored, not evaluated. Whether one is news, a duplicate or takes
 * the place of another is asked of the history (and of the group itself: the same request may hold both).
 * The caller sees to it that everything committed before is visible to `history`. Where the history does not
 * answer (`onUnknown` says why), nothing is refused for that: what it may hold already is replaced, and counts as news.
 */
export async function settleLate(
  group: Group,
  history: Pick<HistoryStore, 'stored'>,
  onUnknown: (error: unknown) => void,
): Promise<void> {
  if (group.late.length === 0) return;
  const total = group.late.reduce((sum, { series }) => sum + series.length, 0);
  const seriesIds = new Int32Array(total);
  const timesMs = new Float64Array(total);
  let at = 0;
  for (const { series, timeMs } of group.late) {
    for (const entry of series) {
      seriesIds[at] = entry.id;
      timesMs[at++] = timeMs;
    }
  }
  let found: Float64Array | undefined;
  try {
    found = await within(ANSWER_MS, history.stored(seriesIds, timesMs));
  } catch (error) {
    onUnknown(error);
  }
  const known = new Map<string, number>();
  for (let k = 0; k < total; k++) {
    const value = found?.[k] ?? Number.NaN;
    if (!Number.isNaN(value)) known.set(`${seriesIds[k]} ${timesMs[k]}`, value);
  }
  indexGroup(group, known, { seriesIds, timesMs });

  for (const late of group.late) {
    let { stored, replaced } = late;
    late.series.forEach((entry, k) => {
      const value = late.values[k]!;
      const key = `${entry.id} ${late.timeMs}`;
      const before = known.get(key);
      if (before === value) return;
      if (before === undefined) {
        // Not knowing, it is stored as taking the place of whatever is there: right either way.
        if (found) group.columns.add(entry.id, late.timeMs, value);
        else group.columns.replace(entry.id, late.timeMs, value);
      } else {
        group.columns.replace(entry.id, late.timeMs, value);
        replaced++;
      }
      known.set(key, value);
      stored++;
    });
    if (stored === 0) late.tally.duplicates++;
    else {
      late.tally.accepted++;
      late.tally.late++;
      if (replaced > 0) late.tally.replaced++;
    }
  }
}

/** Adds to `known` those samples of the group itself that late ones may repeat. */
function indexGroup(
  group: Group,
  known: Map<string, number>,
  asked: { seriesIds: Int32Array; timesMs: Float64Array },
): void {
  const samples = group.columns.columns();
  if (samples === undefined) return;
  const wanted = new Set<string>();
  const wantedSeries = new Set<number>();
  for (let k = 0; k < asked.seriesIds.length; k++) {
    wanted.add(`${asked.seriesIds[k]} ${asked.timesMs[k]}`);
    wantedSeries.add(asked.seriesIds[k]!);
  }
  for (let k = 0; k < samples.count; k++) {
    if (!wantedSeries.has(samples.series[k]!)) continue;
    const key = `${samples.series[k]} ${samples.timesMs[k]}`;
    if (wanted.has(key)) known.set(key, samples.values[k]!);
  }
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
