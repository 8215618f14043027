import type { CSSProperties, ReactNode } from 'react';
import type { PlacedSensor } from '#domain/place.ts';
import styles from './places.module.css';

/** Below this share of the height the label stands above its point: it would leave the picture. */
const LOW = 0.7;

/** The point of a sensor, and its label beside it, which never leaves the picture. */
export function MarkerFrame({ placed, children }: { placed: PlacedSensor; children: ReactNode }) {
  const { sensor_id, x, y } = placed;
  const names = y > LOW ? `${styles.label} ${styles.above}` : styles.label;
  return (
    <li
      className={styles.marker}
      data-sensor={sensor_id}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
    >
      <span className={styles.point} aria-hidden />
      <div className={names} style={{ '--shift': `${x * -100}%` } as CSSProperties}>
        {children}
      </div>
    </li>
  );
}
