import { bucketInterval } from '#operations/reading/bucket-interval.ts';
import { knownSensor } from '#operations/sensor/sensor-view.ts';
import type { HistoryStore } from '#storage/history-store.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import type { ReadSeries } from './channels/channel.ts';

// Tested by: channels/email/alert-picture.test.ts

/** Reads what a chart shows, from the history as it is stored. `storage` is asked at each question: it opens after the channels are made. */
export function createSeriesReader(
  storage: () => { state: Pick<StateStore, 'db'>; history: Pick<HistoryStore, 'buckets'> },
): ReadSeries {
  return async ({ customer, sensorId, metric, fromMs, toMs, points }) => {
    const { state, history } = storage();
    const { series } = await knownSensor(state.db, { customer, sensorId });
    const found = series.find((entry) => entry.metric === metric);
    if (found === undefined) return undefined;
    const intervalMs = bucketInterval({ wantedMs: undefined, points, fromMs, toMs });
    const range = { seriesId: found.id, fromMs, toMs, intervalMs, limit: points };
    return { ...(await history.buckets(range)), intervalMs };
  };
}
