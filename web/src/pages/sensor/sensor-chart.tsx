import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { type ChartRange, HistoryChart } from '../../chart/history-chart.tsx';
import { useFormats } from '../../format/use-formats.ts';
import { ChartControls } from './chart-controls.tsx';
import { LateLegend, useLateText } from './late-legend.tsx';
import styles from './sensor.module.css';
import { linesOf, rangeOf, type SensorSearch } from './sensor-search.ts';
import { useBands } from './use-bands.ts';
import { useChartLines } from './use-chart-lines.ts';
import { useLate } from './use-late.ts';
import { useNow } from './use-now.ts';
import { limitsOf, useSensorRules } from './use-sensor-rules.ts';
import { ValuesTable } from './values-table.tsx';

const route = getRouteApi('/sensors/$id');

export function SensorChart({ sensor }: { sensor: Sensor }) {
  const t = useTranslations('sensor');
  const formats = useFormats();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [dragMode, setDragMode] = useState<'zoom' | 'pan'>('zoom');
  const [isTable, showTable] = useState(false);
  const nowMs = useNow(search.from === undefined);
  const range = useMemo(() => rangeOf(search, nowMs), [search, nowMs]);
  const [first] = Object.keys(sensor.metrics);
  const names = useMemo(() => linesOf(sensor.id, first, search), [sensor.id, first, search]);
  const { lines, isFetching, error } = useChartLines(names, range);
  const { rules } = useSensorRules(sensor);
  const limits = useMemo(
    () => limitsOf(rules, names[0]?.metric, sensor),
    [rules, names[0]?.metric, sensor],
  );
  const late = useLate(names[0], range);
  const lateText = useLateText(late.longestMs);
  const { bands, cutMs, count } = useBands(
    { sensorId: sensor.id, metric: names[0]?.metric },
    range,
  );
  const choose = useCallback(
    (changed: SensorSearch) =>
      void navigate({ search: (before) => ({ ...before, ...changed }), replace: true }),
    [navigate],
  );
  const onRange = useCallback(
    ({ fromMs, toMs }: ChartRange) =>
      choose({
        range: undefined,
        from: new Date(Math.round(fromMs)).toISOString(),
        to: new Date(Math.round(toMs)).toISOString(),
      }),
    [choose],
  );
  return (
    <section className={styles.chart} aria-label={t('history')} aria-busy={isFetching}>
      <ChartControls
        sensor={sensor}
        search={search}
        range={range}
        lines={names}
        choose={choose}
        dragMode={dragMode}
        setDragMode={setDragMode}
        isTable={isTable}
        showTable={showTable}
        error={error ?? late.error}
      />
      {names.length === 0 ? (
        <p className="muted">{t('noMetric')}</p>
      ) : isTable ? (
        <ValuesTable lines={lines} late={late.late} />
      ) : (
        <HistoryChart
          lines={lines}
          limits={limits}
          bands={bands}
          late={late.late}
          range={range}
          label={[t('chartOf', { sensor: sensor.name ?? sensor.id }), lateText].join(' ').trim()}
          dragMode={dragMode}
          onRange={onRange}
        />
      )}
      <LateLegend text={lateText} lookedFromMs={late.lookedFromMs} />
      {cutMs !== undefined && (
        <p className="muted">
          {t('alertsFrom', { time: formats.moment(new Date(cutMs).toISOString()), count })}
        </p>
      )}
      <p className="muted">{t('howToMove')}</p>
    </section>
  );
}
