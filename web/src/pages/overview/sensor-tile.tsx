import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useNewest } from '../../live/live.tsx';
import { NamedSensor } from '../../ui/named-sensor.tsx';
import styles from './overview-page.module.css';

/** One sensor with the newest value of each metric. */
export const SensorTile = memo(function SensorTile({ sensor }: { sensor: Sensor }) {
  return (
    <li className={styles.tile} data-sensor={sensor.id}>
      <Link to="/sensors/$id" params={{ id: sensor.id }} className={styles.name}>
        <NamedSensor id={sensor.id} name={sensor.name} />
      </Link>
      <NewestValues sensor={sensor} />
    </li>
  );
});

/** All that is drawn again when its own values change: hundreds of times a second over a page of tiles. */
function NewestValues({ sensor }: { sensor: Sensor }) {
  const t = useTranslations('overview');
  const formats = useFormats();
  const newest = useNewest(sensor.id);
  const metrics = new Set([...Object.keys(sensor.metrics), ...newest.keys()]);
  if (metrics.size === 0) return <p className="muted">{t('noMetric')}</p>;
  return (
    <dl className={styles.values}>
      {[...metrics].map((metric) => (
        <div key={metric} style={{ display: 'contents' }}>
          <dt>{metric}</dt>
          <dd className="number">
            {formats.quantity(
              newest.get(metric)?.value ?? sensor.metrics[metric]?.last?.value,
              sensor.metrics[metric]?.unit,
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
