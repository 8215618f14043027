import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { BucketsAnswer, LateAnswer } from '#domain/history.ts';
import { ask } from './ask.ts';
import { inBackground } from './in-background.ts';

export interface HistoryQuestion {
  sensorId: string;
  metric: string;
  fromMs: number;
  toMs: number;
  points: number;
  /** Nobody waits for it: what a person does goes first. */
  isBackground?: boolean;
}

/** All that is shown of the history of one series. */
export const seriesKey = ({ sensorId, metric }: Pick<HistoryQuestion, 'sensorId' | 'metric'>) =>
  ['history', sensorId, metric] as const;

/** Buckets of one metric, at most `points` of them. What was shown stays until the answer is there. */
export const historyQuery = ({
  sensorId,
  metric,
  fromMs,
  toMs,
  points,
  isBackground = false,
}: HistoryQuestion) =>
  queryOptions({
    queryKey: [...seriesKey({ sensorId, metric }), fromMs, toMs, points],
    queryFn: ({ signal }) => {
      const question = () =>
        ask<BucketsAnswer>(`GET /v1/sensors/${encodeURIComponent(sensorId)}/readings`, {
          query: {
            metric,
            from: new Date(fromMs).toISOString(),
            to: new Date(toMs).toISOString(),
            points,
            limit: points,
          },
          signal,
          priority: isBackground ? 'low' : 'auto',
        });
      return isBackground ? inBackground(question, signal) : question();
    },
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

/** Where samples of one metric came late, as at most `points` stretches. Under the history: what renews that renews this. */
export const lateQuery = ({ sensorId, metric, fromMs, toMs, points }: HistoryQuestion) =>
  queryOptions({
    queryKey: [...seriesKey({ sensorId, metric }), 'late', fromMs, toMs, points],
    queryFn: ({ signal }) =>
      ask<LateAnswer>(`GET /v1/sensors/${encodeURIComponent(sensorId)}/late`, {
        query: {
          metric,
          from: new Date(fromMs).toISOString(),
          to: new Date(toMs).toISOString(),
          points,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
