import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import type { PlatformSettings } from '#domain/platform-settings.ts';
import { durationMs } from '#domain/time.ts';
import { settingsQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Facts } from '../../ui/facts.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import styles from './settings.module.css';

/** How long what is kept, where it lies, and how that is changed: not here, but where the platform is started. */
export function RetentionSection() {
  const t = useTranslations('settings.retention');
  const { data, error } = useQuery(settingsQuery);
  return (
    <section className={styles.section} aria-labelledby="retention">
      <h2 id="retention">{t('title')}</h2>
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && (
        <>
          <KeptFacts retention={data.retention} />
          <p className="muted">{t('howToChange')}</p>
          {data.storage === null ? (
            <p className="muted">{t('adminsOnly')}</p>
          ) : (
            <RoomFacts storage={data.storage} />
          )}
        </>
      )}
    </section>
  );
}

function KeptFacts({ retention }: Pick<PlatformSettings, 'retention'>) {
  const t = useTranslations('settings.retention');
  const formats = useFormats();
  const { readings, dead_letters: deadLetters } = retention;
  return (
    <Facts
      facts={[
        [
          t('readings'),
          readings === null
            ? t('forever')
            : t('readingsFor', { time: formats.length(durationMs(readings)) }),
        ],
        [t('deadLetters'), t('newest', { count: formats.count(deadLetters) })],
        [t('rest'), t('forever')],
      ]}
    />
  );
}

function RoomFacts({ storage }: { storage: NonNullable<PlatformSettings['storage']> }) {
  const t = useTranslations('settings.retention');
  const formats = useFormats();
  const all = formats.bytes(storage.bytes);
  const parts = storage.parts
    .map(({ name, bytes }) => t(`part.${name}`, { size: formats.bytes(bytes) }))
    .join(', ');
  return (
    <Facts
      facts={[
        [t('engine'), storage.engine],
        [t('place'), storage.place],
        [t('used'), parts === '' ? all : t('usedParts', { all, parts })],
        [
          t('free'),
          storage.free_bytes === null ? t('freeUnknown') : formats.bytes(storage.free_bytes),
        ],
        [t('measured'), formats.moment(storage.measured_at)],
      ]}
    />
  );
}
