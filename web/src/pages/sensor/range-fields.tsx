import { useTranslations } from 'use-intl';
import type { ChartRange } from '../../chart/history-chart.tsx';
import styles from './sensor.module.css';
import type { SensorSearch } from './sensor-search.ts';

const MINUTE_MS = 60_000;

/** As `datetime-local` wants it: the reader's own time, without a zone. */
function localText(timeMs: number): string {
  return new Date(timeMs - new Date(timeMs).getTimezoneOffset() * MINUTE_MS)
    .toISOString()
    .slice(0, 16);
}

interface RangeFieldsProps {
  range: ChartRange & { isLive: boolean };
  choose(changed: SensorSearch): void;
}

export function RangeFields({ range, choose }: RangeFieldsProps) {
  const t = useTranslations('sensor');
  const set = (fromMs: number, toMs: number) => {
    if (!(fromMs < toMs)) return;
    choose({
      range: undefined,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
    });
  };
  return (
    <>
      <label className={styles.field}>
        {t('from')}
        <input
          type="datetime-local"
          value={localText(range.fromMs)}
          onChange={({ target }) => set(Date.parse(target.value), range.toMs)}
        />
      </label>
      <label className={styles.field}>
        {t('to')}
        <input
          type="datetime-local"
          value={localText(range.toMs)}
          onChange={({ target }) => set(range.fromMs, Date.parse(target.value))}
        />
      </label>
    </>
  );
}
