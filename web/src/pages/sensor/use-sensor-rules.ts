import { useQuery } from '@tanstack/react-query';
import type { Rule, RuleInput } from '#domain/rule.ts';
import type { Sensor } from '#domain/sensor.ts';
import { rulesOfSensorQuery } from '../../api/queries.ts';
import type { ChartLimit } from '../../chart/history-chart.tsx';

const NONE: readonly Rule[] = [];

/** The rules that cover a sensor, as the platform judges it. */
export function useSensorRules(sensor: Sensor) {
  const { data } = useQuery(rulesOfSensorQuery(sensor.id, sensor.labels));
  return { rules: data?.items ?? NONE, isCutShort: data != null && data.next_cursor !== null };
}

/** Where the rules that are on begin to speak about one metric. */
export function limitsOf(
  rules: readonly RuleInput[],
  metric: string | undefined,
  sensor: Sensor,
): ChartLimit[] {
  const unit = metric === undefined ? null : (sensor.metrics[metric]?.unit ?? null);
  return rules.flatMap(({ when, severity: own = 'warning', enabled }) => {
    if (enabled === false || !('metric' in when) || when.metric !== metric) return [];
    if ('above' in when)
      return when.above.map(({ limit, severity = own }) => ({ value: limit, unit, severity }));
    if ('below' in when)
      return when.below.map(({ limit, severity = own }) => ({ value: limit, unit, severity }));
    if ('outside' in when) {
      return when.outside.flatMap(({ range, severity = own }) =>
        range.map((value) => ({ value, unit, severity })),
      );
    }
    return [];
  });
}
