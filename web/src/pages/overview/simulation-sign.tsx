import { useQueryClient } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import styles from './overview-page.module.css';
import { useSimulation } from './use-simulation.ts';

interface SimulationSignProps {
  /** Simulated sensors that are shown. */
  sensorCount: number;
}

/** While a simulated fleet sends, nobody shall take its readings for real ones; what it leaves can be cleared away. */
export function SimulationSign({ sensorCount }: SimulationSignProps) {
  const t = useTranslations('overview.simulation');
  const formats = useFormats();
  const { running, isKnown, mayStop, stop, removeLeft } = useSimulation();
  const endsMs = Date.parse(running?.ends_at ?? '');
  useLookAgainAt(endsMs);
  if (running === undefined) {
    if (!isKnown || !mayStop || sensorCount === 0) return null;
    return (
      <p className={styles.simulation}>
        <FlaskConical size={18} aria-hidden />
        <span>{t('left', { count: sensorCount })}</span>
        <Button disabled={removeLeft.isPending} onClick={() => removeLeft.mutate()}>
          {t('removeLeft')}
        </Button>
      </p>
    );
  }
  return (
    <p className={styles.simulation} data-simulation>
      <FlaskConical size={18} aria-hidden />
      <span>
        {t('running', { count: running.sensors.length, time: formats.clock(endsMs) })}{' '}
        <span className="muted">{t('label')}</span>
      </span>
      {mayStop && (
        <Button disabled={stop.isPending} onClick={() => stop.mutate()}>
          {t('stop')}
        </Button>
      )}
    </p>
  );
}

/** It ends by itself, and nothing in the live stream says so. */
function useLookAgainAt(endsMs: number): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (Number.isNaN(endsMs)) return;
    const again = () => void queries.invalidateQueries({ queryKey: ['simulation'] });
    const timer = setTimeout(again, Math.max(0, endsMs - Date.now()) + 1500);
    return () => clearTimeout(timer);
  }, [endsMs, queries]);
}
