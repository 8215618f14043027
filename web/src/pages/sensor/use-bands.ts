import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { sensorAlertsQuery } from '../../api/sensor-alerts-query.ts';
import type { ChartBand, ChartRange } from '../../chart/history-chart.tsx';
import type { SeriesName } from './sensor-search.ts';
import { askedRange } from './use-chart-lines.ts';

interface Bands {
  bands: ChartBand[];
  /** Within the range, ms: before it some alerts are left out. */
  cutMs: number | undefined;
  /** How many were asked for. */
  count: number;
}

/** When alerts of this sensor were active; of one metric where the alert has one. */
export function useBands(
  { sensorId, metric }: Pick<SeriesName, 'sensorId'> & { metric: string | undefined },
  range: ChartRange,
): Bands {
  const { data } = useQuery(sensorAlertsQuery({ sensorId, ...askedRange(range) }));
  const bands = useMemo(
    () =>
      (data?.alerts ?? [])
        // While another sensor is asked for, what is kept is that of the one before.
        .filter((alert) => alert.sensor_id === sensorId)
        .filter((alert) => alert.metric === null || alert.metric === metric)
        .map(({ started_at, cleared_at, severity }) => ({
          fromMs: Date.parse(started_at),
          toMs: cleared_at === null ? undefined : Date.parse(cleared_at),
          severity,
        })),
    [data, sensorId, metric],
  );
  const cutMs = data?.cutMs;
  const isInSight = cutMs !== undefined && cutMs > range.fromMs;
  return { bands, cutMs: isInSight ? cutMs : undefined, count: data?.alerts.length ?? 0 };
}
