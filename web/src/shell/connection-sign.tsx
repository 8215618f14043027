import { Radio, WifiOff } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { useLiveState } from '../live/live.tsx';
import styles from './shell.module.css';

export function ConnectionSign() {
  const t = useTranslations('shell.connection');
  const { name } = useLiveState();
  const Icon = name === 'stale' ? WifiOff : Radio;
  return (
    <span
      className={`${styles.connection} ${name === 'stale' ? styles.lost : ''}`}
      data-connection={name}
    >
      <Icon size={16} aria-hidden /> {t(name)}
    </span>
  );
}
