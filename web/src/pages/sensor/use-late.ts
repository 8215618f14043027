import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { LateAnswer } from '#domain/history.ts';
import { durationMs } from '#domain/time.ts';
import { lateQuery, seriesKey } from '../../api/history-query.ts';
import type { ChartRange } from '../../chart/history-chart.tsx';
import { type ChartLate, lateStretchesOf, longestLateMs } from '../../chart/late-stretches.ts';
import { useLive } from '../../live/live.tsx';
import type { SeriesName } from './sensor-search.ts';
import { askedRange } from './use-chart-lines.ts';

/** Three ranges are asked for, of which one is shown. */
const POINTS = 900;
/** A sensor that empties its buffer sends for a while: what it sent is shown together … */
const GATHER_MS = 1000;
/** … and not more often than this share of the range, in which it could not be told apart. */
const RENEW_SHARE = 1 / 300;

export interface LateMarks {
  late: readonly ChartLate[];
  /** In sight; undefined where all came in time. */
  longestMs: number | undefined;
  /** Before this, ms, nobody looked; undefined where all in sight was looked at. */
  lookedFromMs: number | undefined;
  error: unknown;
}

const NONE: readonly ChartLate[] = [];

/** Where the samples of a line came late; asked again when others come late. */
export function useLate(name: SeriesName | undefined, range: ChartRange): LateMarks {
  const { sensorId = '', metric = '' } = name ?? {};
  const { data, error } = useQuery({
    ...lateQuery({ sensorId, metric, ...askedRange(range), points: POINTS }),
    enabled: name !== undefined,
  });
  // While another line is asked for, what is kept is that of the one before.
  const answer = data?.sensor_id === sensorId && data.metric === metric ? data : undefined;
  useLateNews(name, { answer, lengthMs: range.toMs - range.fromMs });
  const late = useMemo(() => (answer === undefined ? NONE : lateStretchesOf(answer)), [answer]);
  const { fromMs, toMs } = range;
  const longestMs = useMemo(
    () => longestLateMs(late, fromMs / 1000, toMs / 1000),
    [late, fromMs, toMs],
  );
  const lookedMs = answer?.truncated ? Date.parse(answer.from) : undefined;
  const isPartial = lookedMs !== undefined && lookedMs > fromMs;
  return { late, longestMs, lookedFromMs: isPartial ? lookedMs : undefined, error };
}

/** The history of the series is asked anew when live samples come late: they lie before what is drawn already. */
function useLateNews(
  name: SeriesName | undefined,
  { answer, lengthMs }: { answer: LateAnswer | undefined; lengthMs: number },
): void {
  const { samples } = useLive();
  const queries = useQueryClient();
  const { sensorId = '', metric = '' } = name ?? {};
  const lateAfterMs = answer === undefined ? undefined : durationMs(answer.late_after);
  const pauseMs = lengthMs * RENEW_SHARE;
  useEffect(() => {
    if (lateAfterMs === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let renewedMs = Number.NEGATIVE_INFINITY;
    const renew = () => {
      timer = undefined;
      renewedMs = performance.now();
      void queries.invalidateQueries({ queryKey: seriesKey({ sensorId, metric }) });
    };
    const endFollowing = samples.follow((readings) => {
      if (timer !== undefined) return;
      const isNews = readings.some(
        (reading) =>
          reading.sensor_id === sensorId &&
          reading.readings[metric] != null &&
          Date.now() - Date.parse(reading.timestamp) > lateAfterMs,
      );
      if (!isNews) return;
      timer = setTimeout(renew, Math.max(GATHER_MS, renewedMs + pauseMs - performance.now()));
    });
    return () => {
      endFollowing();
      clearTimeout(timer);
    };
  }, [samples, queries, sensorId, metric, lateAfterMs, pauseMs]);
}
