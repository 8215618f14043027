import { Download, Hand, Search, Table2 } from 'lucide-react';
import { memo } from 'react';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import type { ChartRange } from '../../chart/history-chart.tsx';
import { Button } from '../../ui/button.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { CompareField } from './compare-field.tsx';
import { RangeFields } from './range-fields.tsx';
import styles from './sensor.module.css';
import { MOST_LINES, RANGES, type SensorSearch, type SeriesName } from './sensor-search.ts';

interface ChartControlsProps {
  sensor: Sensor;
  search: SensorSearch;
  range: ChartRange & { isLive: boolean };
  /** What is drawn. */
  lines: readonly SeriesName[];
  choose(changed: SensorSearch): void;
  dragMode: 'zoom' | 'pan';
  setDragMode(mode: 'zoom' | 'pan'): void;
  isTable: boolean;
  showTable(isTable: boolean): void;
  error: unknown;
}

/** Drawn again when what is shown changes, not with each live sample. */
export const ChartControls = memo(function ChartControls(props: ChartControlsProps) {
  const { sensor, search, range, lines, choose, error } = props;
  const { dragMode, setDragMode, isTable, showTable } = props;
  const t = useTranslations('sensor');
  const shown = new Set((search.metrics ?? Object.keys(sensor.metrics)[0] ?? '').split(','));
  const current = search.range ?? (range.isLive ? '24h' : undefined);
  const toggle = (metric: string) => {
    const next = shown.has(metric)
      ? [...shown].filter((name) => name !== metric)
      : [...shown, metric];
    choose({ metrics: next.filter(Boolean).join(',') || undefined });
  };
  const isFull = lines.length >= MOST_LINES;
  const metricsShown = new Set(lines.map(({ metric }) => metric));
  const [metric] = metricsShown;
  const exported = new URLSearchParams({
    sensor_id: [...new Set([sensor.id, ...lines.map(({ sensorId }) => sensorId)])].join(','),
    ...(metricsShown.size === 1 && metric !== undefined ? { metric } : {}),
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
    format: 'csv',
  });
  return (
    <>
      <div className={styles.controls}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out in a row everywhere */}
        <div role="group" aria-label={t('range')} className={styles.group}>
          {RANGES.map((name) => (
            <Button
              key={name}
              aria-pressed={range.isLive && current === name}
              onClick={() => choose({ range: name, from: undefined, to: undefined })}
            >
              {t(`ranges.${name}`)}
            </Button>
          ))}
        </div>
        <RangeFields range={range} choose={choose} />
        <Button
          aria-pressed={dragMode === 'pan'}
          onClick={() => setDragMode(dragMode === 'pan' ? 'zoom' : 'pan')}
        >
          {dragMode === 'pan' ? <Hand size={16} aria-hidden /> : <Search size={16} aria-hidden />}
          {dragMode === 'pan' ? t('dragPans') : t('dragZooms')}
        </Button>
        <Button aria-pressed={isTable} onClick={() => showTable(!isTable)}>
          <Table2 size={16} aria-hidden /> {t('table')}
        </Button>
        <a className={styles.download} href={`/v1/export?${exported}`} download>
          <Download size={16} aria-hidden /> CSV
        </a>
      </div>
      <div className={styles.controls}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="group" aria-label={t('metrics')} className={styles.group}>
          {Object.keys(sensor.metrics).map((name) => (
            <Button
              key={name}
              aria-pressed={shown.has(name)}
              disabled={isFull && !shown.has(name)}
              onClick={() => toggle(name)}
            >
              {name}
            </Button>
          ))}
        </div>
        <CompareField
          search={search}
          choose={choose}
          metric={[...shown][0] ?? ''}
          isFull={isFull}
        />
      </div>
      {isFull && <p className="muted">{t('mostLines', { count: MOST_LINES })}</p>}
      {error !== null && <ProblemText problem={error} />}
    </>
  );
});
