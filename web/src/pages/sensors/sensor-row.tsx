import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { Sensor } from '#domain/sensor.ts';
import { useFormats } from '../../format/use-formats.ts';
import { isHeardSince } from '../../live/heard-since.ts';
import { useNewest } from '../../live/live.tsx';
import { SensorStatus } from '../../ui/sensor-status.tsx';
import styles from './sensors.module.css';
import { Sparkline } from './sparkline.tsx';

const SHOWN_METRICS = 3;

interface SensorRowProps {
  sensor: Sensor;
  index: number;
  offsetPx: number;
  /** While the list is scrolled fast, no history is asked for rows that only pass by. */
  isMoving: boolean;
}

export const SensorRow = memo(function SensorRow({
  sensor,
  index,
  offsetPx,
  isMoving,
}: SensorRowProps) {
  const formats = useFormats();
  const newest = useNewest(sensor.id);
  const metrics = [...new Set([...Object.keys(sensor.metrics), ...newest.keys()])];
  const lastMs = Math.max(
    ...[...newest.values()].map(({ timeMs }) => timeMs),
    sensor.last_seen_at === null ? 0 : Date.parse(sensor.last_seen_at),
  );
  const lastSeen = lastMs > 0 ? new Date(lastMs).toISOString() : null;
  const [first] = metrics;
  return (
    <tr
      aria-rowindex={index + 2}
      className={styles.row}
      style={{ transform: `translateY(${offsetPx}px)` }}
      data-sensor={sensor.id}
    >
      <SensorName sensor={sensor} />
      <td>
        <SensorStatus sensor={sensor} isHeard={isHeardSince(sensor, newest)} />
      </td>
      <td className="number">
        {metrics
          .slice(0, SHOWN_METRICS)
          .map((metric) =>
            formats.quantity(
              newest.get(metric)?.value ?? sensor.metrics[metric]?.last?.value,
              sensor.metrics[metric]?.unit,
            ),
          )
          .join(' · ')}
      </td>
      <td>
        {first !== undefined && (
          <Sparkline sensorId={sensor.id} metric={first} isWaiting={isMoving} />
        )}
      </td>
      <td className="number muted">
        {lastSeen === null ? '–' : <time dateTime={lastSeen}>{formats.moment(lastSeen)}</time>}
      </td>
    </tr>
  );
});

/** What live values do not change: a link is the dearest part of a row. */
const SensorName = memo(function SensorName({ sensor }: { sensor: Sensor }) {
  return (
    <th scope="row" className={styles.name}>
      <Link to="/sensors/$id" params={{ id: sensor.id }}>
        {sensor.name ?? sensor.id}
      </Link>
      <span className={styles.place}>
        {[
          sensor.name === null ? null : sensor.id,
          sensor.location,
          ...Object.entries(sensor.labels).map(([name, value]) => `${name}=${value}`),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </th>
  );
});
