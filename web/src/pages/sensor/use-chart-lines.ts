import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
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
  const live = useLiveTails(names, asked.toMs);
  const drawn = useRef(new Map<string, Drawn>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answers and the live samples tell when to draw anew
  const lines = useMemo(
    () =>
      names.map((name, at): ChartLine => {
        const answer = results.answers[at];
        const key = keyOf(name);
        return {
          key,
          label: `${name.sensorId} ${name.metric}`,
          unit: answer?.unit ?? null,
          columns:
            answer === undefined
              ? EMPTY
              : withTail(answer, live.tails.get(key), { key, drawn: drawn.current }),
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
export function askedRange({ fromMs, toMs }: ChartRange): ChartRange {
  const lengthMs = toMs - fromMs;
  const gridMs = Math.max(1000, lengthMs * RENEW_SHARE);
  const down = (timeMs: number) => Math.floor(timeMs / gridMs) * gridMs;
  return {
    fromMs: Math.round(down(fromMs - lengthMs * MARGIN)),
    toMs: Math.round(down(toMs + lengthMs * MARGIN) + gridMs),
  };
}

/** The columns of an answer, and the last live sample that they hold. */
interface Drawn {
  answer: BucketsAnswer;
  columns: Columns;
  taken: LiveSample | undefined;
}

/**
 * The answer with what was heard since: new samples are added to the columns of the frame before. They are made from
 * the beginning only where the answer is another one, or where a tab has been open for so long that they grow large.
 */
function withTail(
  answer: BucketsAnswer,
  tail: readonly LiveSample[] = [],
  of: { key: string; drawn: Map<string, Drawn> },
): Columns {
  const before = of.drawn.get(of.key);
  const isSame =
    before?.answer === answer &&
    before.columns.times.length < answer.buckets.length * 2 + 2 * MOST_LIVE;
  const { columns, taken } = isSame ? before : { columns: columnsOf(answer), taken: undefined };
  const gapMs = Math.max(durationMs(answer.interval) * 3, 120_000);
  const from = taken === undefined ? 0 : tail.lastIndexOf(taken) + 1;
  for (const sample of tail.slice(from)) append(columns, sample, gapMs);
  of.drawn.set(of.key, { answer, columns, taken: tail.at(-1) });
  // Another object each time: that is how those who draw it know that it has grown.
  return { ...columns };
}

interface LiveSample {
  timeMs: number;
  value: number;
}

interface Tails {
  tails: Map<string, LiveSample[]>;
}

/**
 * What came since the page opened, of the series that are shown; a frame's worth at a time. Of times after `toMs`
 * nothing is taken: a chart of last year is not drawn again with each reading of now.
 */
function useLiveTails(names: readonly SeriesName[], toMs: number): Tails {
  const { samples } = useLive();
  const keys = names.map(keyOf).join(',');
  const [tails, setTails] = useState<Tails>({ tails: new Map() });
  const latestMs = useRef(toMs);
  latestMs.current = toMs;
  useEffect(() => {
    const wanted = new Set(keys.split(','));
    const own: Tails['tails'] = new Map();
    setTails({ tails: own });
    return samples.follow((readings) => {
      if (takeInto(own, readings, { wanted, toMs: latestMs.current })) setTails({ tails: own });
    });
  }, [samples, keys]);
  return tails;
}

function takeInto(
  tails: Tails['tails'],
  readings: readonly LiveReading[],
  { wanted, toMs }: { wanted: ReadonlySet<string>; toMs: number },
): boolean {
  let isChanged = false;
  for (const { sensor_id, timestamp, readings: values } of readings) {
    const timeMs = Date.parse(timestamp);
    if (timeMs > toMs) continue;
    for (const [metric, value] of Object.entries(values)) {
      const key = keyOf({ sensorId: sensor_id, metric });
      if (value === null || !wanted.has(key)) continue;
      const tail = tails.get(key) ?? [];
      tail.push({ timeMs, value });
      if (tail.length > MOST_LIVE) tail.splice(0, tail.length - MOST_LIVE);
      tails.set(key, tail);
      isChanged = true;
    }
  }
  return isChanged;
}
