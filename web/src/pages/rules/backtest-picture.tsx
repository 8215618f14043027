import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Backtest } from '#domain/backtest.ts';
import type { RuleInput } from '#domain/rule.ts';
import { historyQuery } from '../../api/history-query.ts';
import { sensorQuery } from '../../api/queries.ts';
import { columnsOf } from '../../chart/columns.ts';
import { type ChartRange, HistoryChart } from '../../chart/history-chart.tsx';
import { useFormats } from '../../format/use-formats.ts';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { Severity } from '../../ui/severity.tsx';
import { limitsOf } from '../sensor/use-sensor-rules.ts';

const POINTS = 1500;
/** A trial takes every reading for fresh. */
const NOT_LATE: readonly never[] = [];
const LISTED = 20;

interface BacktestPictureProps {
  rule: RuleInput;
  range: ChartRange;
  answer: Backtest;
}

/** Where the rule would have spoken, drawn over what was measured; one sensor at a time, the busiest first. */
export function BacktestPicture({ rule, range, answer }: BacktestPictureProps) {
  const t = useTranslations('rules.backtest');
  const formats = useFormats();
  const busiest = useMemo(() => busiestSensors(answer), [answer]);
  const [chosen, setChosen] = useState<string>();
  const sensorId = chosen !== undefined && busiest.includes(chosen) ? chosen : busiest[0];
  if (sensorId === undefined) return <p className="muted">{t('none')}</p>;
  const alerts = answer.alerts.filter(({ sensor_id }) => sensor_id === sensorId);
  return (
    <>
      <ChoiceField
        label={t('sensor')}
        value={sensorId}
        choices={busiest.map((id) => [id, id])}
        onChange={setChosen}
      />
      <SensorPicture sensorId={sensorId} rule={rule} range={range} alerts={alerts} />
      <ul>
        {alerts.slice(-LISTED).map(({ started_at, cleared_at, severity, peak }) => (
          <li key={started_at}>
            <Severity severity={severity} /> {formats.moment(started_at)} –{' '}
            {cleared_at === null ? t('still') : formats.moment(cleared_at)}{' '}
            {peak !== null && <span className="muted">{formats.number(peak)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function busiestSensors({ alerts }: Backtest): string[] {
  const counts = new Map<string, number>();
  for (const { sensor_id } of alerts) counts.set(sensor_id, (counts.get(sensor_id) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([id]) => id);
}

interface SensorPictureProps {
  sensorId: string;
  rule: RuleInput;
  range: ChartRange;
  alerts: Backtest['alerts'];
}

function SensorPicture({ sensorId, rule, range, alerts }: SensorPictureProps) {
  const t = useTranslations('rules.backtest');
  const [view, setView] = useState(range);
  const { data: sensor } = useQuery(sensorQuery(sensorId));
  const own = 'metric' in rule.when ? rule.when.metric : undefined;
  const metric = own ?? Object.keys(sensor?.metrics ?? {})[0];
  const { data } = useQuery({
    ...historyQuery({ sensorId, metric: metric ?? '', ...view, points: POINTS }),
    enabled: metric !== undefined,
  });
  const bands = useMemo(
    () =>
      alerts.map(({ started_at, cleared_at, severity }) => ({
        fromMs: Date.parse(started_at),
        toMs: cleared_at === null ? undefined : Date.parse(cleared_at),
        severity,
      })),
    [alerts],
  );
  const lines = useMemo(
    () =>
      data === undefined
        ? []
        : [
            {
              key: sensorId,
              label: `${sensorId} ${data.metric}`,
              unit: data.unit,
              columns: columnsOf(data),
            },
          ],
    [data, sensorId],
  );
  const limits = useMemo(
    () => (sensor === undefined ? [] : limitsOf([{ ...rule, enabled: true }], metric, sensor)),
    [rule, metric, sensor],
  );
  return (
    <HistoryChart
      lines={lines}
      limits={limits}
      bands={bands}
      late={NOT_LATE}
      range={view}
      label={t('picture', { sensor: sensorId, count: alerts.length })}
      dragMode="zoom"
      onRange={setView}
    />
  );
}
