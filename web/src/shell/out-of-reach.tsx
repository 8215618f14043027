import { WifiOff } from 'lucide-react';
import { useTranslations } from 'use-intl';
import styles from './shell.module.css';

/** The page opened and the platform does not answer: the shell came from the browser's own store. */
export function OutOfReach() {
  const t = useTranslations('shell');
  return (
    <main className={styles.outOfReach}>
      <h1>{t('title')}</h1>
      <p role="status" className={styles.stale} data-connection="stale">
        <WifiOff size={16} aria-hidden /> {t('connection.stale')} · {t('outOfReach')}
      </p>
    </main>
  );
}
