import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import type { BucketsAnswer } from '#domain/history.ts';
import { durationMs } from '#domain/time.ts';
import { historyQuery } from '../../api/history-query.ts';
import { append, type Columns, columnsOf } from '../../chart/columns.ts';
import type { ChartLine, ChartRange } from '../../chart/history-chart.tsx';
import { useLive } from '../../live/live.tsx';
import type { LiveReading } from '../../live/live-samples.ts';
import type { SeriesName } from './sensor-search.ts';

/** One for each pixel of a wide screen: more cannot be seen. */
const POINTS = 1500;
/** A moving range is asked for again after this share of it: the live samples are raw, history is in buckets. */
const RENEW_SHARE = 0.1;
/** Asked beyond both edges, in lengths of the range, so that panning shows what is there at once. */
const MARGIN = 1;
/** Of live samples kept at the end of a line. */
const MOST_LIVE = 5000;

interface ChartLines {
  lines: ChartLine[];
  isFetching: boolean;
  error: unknown;
}

/** The history of some series, and at its end what is heard live. */
export function useChartLines(
  names: readonly SeriesName[],
  range: ChartRange & { isLive: boolean },
): ChartLines {
  const asked = askedRange(range);
  const results = useQueries({
    queries: names.map((name) =>
      historyQuery({ ...name, ...asked, points: POINTS * (1 + 2 * MARGIN) }),
    ),
    combine: combineResults,
  });
  const live = useLiveTails(names);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers and the live samples tell when to draw anew
  const lines = useMemo(
    () =>
      names.map((name, at): ChartLine => {
        const answer = results.answers[at];
        const key = keyOf(name);
        const columns = answer === undefined ? EMPTY : withTail(answer, live.tails.get(key) ?? []);
        return {
          key,
          label: `${name.sensorId} ${name.metric}`,
          unit: answer?.unit ?? null,
          columns,
        };
      }),
    [results.answers, live],
  );
  return { lines, isFetching: results.isFetching, error: results.error };
}

const EMPTY: Columns = { times: [], mean: [], min: [], max: [] };
const keyOf = ({ sensorId, metric }: SeriesName) => `${sensorId}~${metric}`;

function combineResults(results: UseQueryResult<BucketsAnswer>[]) {
  return {
    answers: results.map(({ data }) => data),
    isFetching: results.some(({ isFetching }) => isFetching),
    error: results.find(({ error }) => error !== null)?.error ?? null,
  };
}

/** On a grid, so that a range that moves by a second asks nothing anew. */
function askedRange({ fromMs, toMs }: ChartRange): ChartRange {
  const lengthMs = toMs - fromMs;
  const gridMs = Math.max(1000, lengthMs * RENEW_SHARE);
  const down = (timeMs: number) => Math.floor(timeMs / gridMs) * gridMs;
  return {
    fromMs: Math.round(down(fromMs - lengthMs * MARGIN)),
    toMs: Math.round(down(toMs + lengthMs * MARGIN) + gridMs),
  };
}

function withTail(
  answer: BucketsAnswer,
  tail: readonly { timeMs: number; value: number }[],
): Columns {
  const columns = columnsOf(answer, undefined);
  const gapMs = Math.max(durationMs(answer.interval) * 3, 120_000);
  for (const sample of tail) append(columns, sample, gapMs);
  return columns;
}

interface Tails {
  tails: Map<string, { timeMs: number; value: number }[]>;
}

/** What came since the page opened, of the series that are shown; a frame's worth at a time. */
function useLiveTails(names: readonly SeriesName[]): Tails {
  const { samples } = useLive();
  const keys = names.map(keyOf).join(',');
  const [tails, setTails] = useState<Tails>({ tails: new Map() });
  useEffect(() => {
    const wanted = new Set(keys.split(','));
    const own: Tails['tails'] = new Map();
    setTails({ tails: own });
    return samples.follow((readings) => {
      if (takeInto(own, readings, wanted)) setTails({ tails: own });
    });
  }, [samples, keys]);
  return tails;
}

function takeInto(
  tails: Tails['tails'],
  readings: readonly LiveReading[],
  wanted: ReadonlySet<string>,
): boolean {
  let isChanged = false;
  for (const { sensor_id, timestamp, readings: values } of readings) {
    for (const [metric, value] of Object.entries(values)) {
      const key = keyOf({ sensorId: sensor_id, metric });
      if (value === null || !wanted.has(key)) continue;
      const tail = tails.get(key) ?? [];
      tail.push({ timeMs: Date.parse(timestamp), value });
      if (tail.length > MOST_LIVE) tail.splice(0, tail.length - MOST_LIVE);
      tails.set(key, tail);
      isChanged = true;
    }
  }
  return isChanged;
}
