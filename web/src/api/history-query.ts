import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { BucketsAnswer } from '#domain/history.ts';
import { ask } from './ask.ts';

export interface HistoryQuestion {
  sensorId: string;
  metric: string;
  fromMs: number;
  toMs: number;
  points: number;
  priority?: RequestPriority;
}

/** Buckets of one metric, at most `points` of them. What was shown stays until the answer is there. */
export const historyQuery = ({
  sensorId,
  metric,
  fromMs,
  toMs,
  points,
  priority,
}: HistoryQuestion) =>
  queryOptions({
    queryKey: ['history', sensorId, metric, fromMs, toMs, points],
    queryFn: ({ signal }) =>
      ask<BucketsAnswer>(`GET /v1/sensors/${encodeURIComponent(sensorId)}/readings`, {
        query: {
          metric,
          from: new Date(fromMs).toISOString(),
          to: new Date(toMs).toISOString(),
          points,
          limit: points,
        },
        signal,
        priority,
      }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
