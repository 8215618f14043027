import { useState } from 'react';
import { useTranslations } from 'use-intl';
import type { ChartRange } from '../../chart/history-chart.tsx';
import { OWN_ZONE } from '../../ui/time-zone-field.tsx';
import { useTypedMoment } from '../../ui/typed-moment.ts';
import styles from './sensor.module.css';
import type { SensorSearch } from './sensor-search.ts';

interface RangeFieldsProps {
  range: ChartRange & { isLive: boolean };
  choose(changed: SensorSearch): void;
}

/** From when to when, typed or picked; said where the one is not before the other. */
export function RangeFields({ range, choose }: RangeFieldsProps) {
  const t = useTranslations('sensor');
  const [isReversed, setReversed] = useState(false);
  const set = (fromMs: number, toMs: number) => {
    setReversed(fromMs >= toMs);
    if (fromMs >= toMs) return;
    choose({
      range: undefined,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
    });
  };
  return (
    <>
      <Edge
        label={t('from')}
        timeMs={range.fromMs}
        set={(fromMs) => set(fromMs, range.toMs)}
        leave={() => setReversed(false)}
      />
      <Edge
        label={t('to')}
        timeMs={range.toMs}
        set={(toMs) => set(range.fromMs, toMs)}
        leave={() => setReversed(false)}
      />
      <div role="alert">{isReversed && <p>{t('reversed')}</p>}</div>
    </>
  );
}

interface EdgeProps {
  label: string;
  timeMs: number;
  set(timeMs: number): void;
  /** What was typed is given up: the field shows the range again. */
  leave(): void;
}

function Edge({ label, timeMs, set, leave }: EdgeProps) {
  const { value, onChange, onBlur } = useTypedMoment({ timeMs, zone: OWN_ZONE }, (typed) => {
    if (typed !== undefined) set(typed);
  });
  return (
    <label className={styles.field}>
      {label}
      <input
        type="datetime-local"
        value={value}
        onChange={({ target }) => onChange(target.value)}
        onBlur={() => {
          onBlur();
          leave();
        }}
      />
    </label>
  );
}
