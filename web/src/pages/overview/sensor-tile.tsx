import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { useFormats } from '../../format/use-formats.ts';
import { useNewest } from '../../live/live.tsx';
import styles from './overview-page.module.css';

/** One sensor with the newest value of each metric; drawn again only when its own values change. */
export function SensorTile({ sensor }: { sensor: Sensor }) {
  const t = useTranslations('overview');
  const formats = useFormats();
  const newest = useNewest(sensor.id);
  const metrics = new Set([...Object.keys(sensor.metrics), ...newest.keys()]);
  return (
    <li className={styles.tile} data-sensor={sensor.id}>
      <Link to="/sensors/$id" params={{ id: sensor.id }} className={styles.name}>
        {sensor.name ?? sensor.id}
      </Link>
      {metrics.size === 0 ? (
        <p className="muted">{t('noMetric')}</p>
      ) : (
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
      )}
    </li>
  );
}
