import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { SensorRow } from './sensor-row.tsx';
import styles from './sensors.module.css';

const ROW_PX = 52;
const OVERSCAN = 8;
/** The next page is asked for before the last row is reached. */
const AHEAD_ROWS = 200;
const COLUMNS = ['sensor', 'status', 'values', 'trend', 'seen'] as const;

interface SensorListProps {
  sensors: readonly Sensor[];
  hasMore: boolean;
  /** Of the filter before: the answer to the new one is on its way. */
  isStale: boolean;
  onEnd(): void;
}

/** Only the rows in sight are in the page, however many there are. */
export function SensorList({ sensors, hasMore, isStale, onEnd }: SensorListProps) {
  const t = useTranslations('sensors');
  const list = useRef<HTMLTableSectionElement>(null);
  const rows = useWindowVirtualizer({
    count: sensors.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: list.current?.offsetTop ?? 0,
    getItemKey: (index) => sensors[index]?.id ?? index,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= sensors.length - AHEAD_ROWS) onEnd();
  }, [last, sensors.length, onEnd]);
  // Where few are so, a page may hold none and still have a next one.
  if (sensors.length === 0) return hasMore ? null : <p className="muted">{t('none')}</p>;
  return (
    <table
      aria-label={t('title')}
      aria-rowcount={sensors.length + 1}
      className={styles.table}
      data-stale={isStale}
    >
      <thead>
        <tr aria-rowindex={1} className={`${styles.row} ${styles.head}`}>
          {COLUMNS.map((column) => (
            <th key={column} scope="col">
              {t(`column.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={list} className={styles.body} style={{ height: rows.getTotalSize() }}>
        {shown.map(({ key, index, start }) => {
          const sensor = sensors[index];
          return (
            sensor && (
              <SensorRow
                key={key}
                sensor={sensor}
                index={index}
                offsetPx={start - rows.options.scrollMargin}
                isMoving={rows.isScrolling}
              />
            )
          );
        })}
      </tbody>
    </table>
  );
}
