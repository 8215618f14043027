import { useTranslations } from 'use-intl';
import { useFormats } from '../../format/use-formats.ts';
import styles from './sensor.module.css';

/** What the hatched strip means, with the longest delay in sight; undefined where there is none. */
export function useLateText(longestMs: number | undefined): string | undefined {
  const t = useTranslations('sensor');
  const formats = useFormats();
  return longestMs === undefined
    ? undefined
    : t('arrivedLate', { delay: formats.delay(longestMs) });
}

export function LateLegend({
  text,
  lookedFromMs,
}: {
  text: string | undefined;
  /** Before this, ms, nobody looked. */
  lookedFromMs: number | undefined;
}) {
  const t = useTranslations('sensor');
  const formats = useFormats();
  return (
    <>
      {text !== undefined && (
        <p className={styles.late}>
          <span className={styles.hatch} aria-hidden />
          {text}
        </p>
      )}
      {lookedFromMs !== undefined && (
        <p className="muted">
          {t('lateFrom', { time: formats.moment(new Date(lookedFromMs).toISOString()) })}
        </p>
      )}
    </>
  );
}
