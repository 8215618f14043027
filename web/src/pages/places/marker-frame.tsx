import type { CSSProperties, ReactNode } from 'react';
import type { PlacedSensor } from '#domain/place.ts';
import styles from './places.module.css';

/** Below this share of the height the label stands above its point: it would leave the picture. */
const LOW = 0.7;

interface MarkerFrameProps {
  placed: PlacedSensor;
  /** Something is wrong there: it stands before the others where labels meet. */
  isWrong?: boolean;
  children: ReactNode;
}

/** The point of a sensor, and its label beside it, which never leaves the picture. */
export function MarkerFrame({ placed, isWrong = false, children }: MarkerFrameProps) {
  const { sensor_id, x, y } = placed;
  const names = [styles.label, y > LOW && styles.above, isWrong && styles.wrong];
  return (
    <li
      className={styles.marker}
      data-sensor={sensor_id}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
    >
      <span className={styles.point} aria-hidden />
      <div
        className={names.filter(Boolean).join(' ')}
        style={{ '--shift': `${x * -100}%` } as CSSProperties}
      >
        {children}
      </div>
    </li>
  );
}
