import { CircleCheck, CircleDashed, CircleSlash, WifiOff } from 'lucide-react';
import { memo } from 'react';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import styles from './sensor-status.module.css';

const ICONS = {
  ok: CircleCheck,
  silent: WifiOff,
  never: CircleDashed,
  out_of_service: CircleSlash,
} as const;

interface SensorStatusProps {
  sensor: Pick<Sensor, 'status' | 'out_of_service'>;
  /** A reading came since the answer of the API: it is not silent any more. */
  isHeard?: boolean;
}

/** Calm while all is well; a sign and a word where it is not. */
export const SensorStatus = memo(function SensorStatus({
  sensor,
  isHeard = false,
}: SensorStatusProps) {
  const t = useTranslations('words.status');
  const known = isHeard && sensor.status !== 'ok' ? 'ok' : sensor.status;
  const status = isOutOfService(sensor) ? 'out_of_service' : known;
  const Icon = ICONS[status];
  return (
    <span className={`${styles.status} ${status === 'silent' ? styles.silent : ''}`}>
      <Icon size={15} aria-hidden /> {t(status)}
    </span>
  );
});

/** Until its time is over, whenever it was asked about. */
export function isOutOfService({
  out_of_service: service,
}: Pick<Sensor, 'out_of_service'>): boolean {
  return service !== null && !(Date.parse(service.until ?? '') <= Date.now());
}
