import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { deliveriesQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';

/** Who was told, by what, and what became of it. */
export function AlertDeliveries({ alertId }: { alertId: string }) {
  const t = useTranslations('alerts');
  const formats = useFormats();
  const { data } = useQuery(deliveriesQuery({ alert_id: alertId }));
  if (data === undefined) return null;
  return (
    <section aria-labelledby="told">
      <h2 id="told">{t('told')}</h2>
      {data.items.length === 0 ? (
        <p className="muted">{t('nobodyTold')}</p>
      ) : (
        <ul>
          {data.items.map(({ id, contact_id, channel, type, state, created_at, attempts }) => (
            <li key={id}>
              <strong>{contact_id}</strong> ({channel}) · {t(`type.${type}`)} ·{' '}
              {t(`delivery.${state}`)}{' '}
              <span className="muted">
                {formats.moment(attempts.at(-1)?.at ?? created_at)}
                {(state === 'failed' || state === 'given_up') &&
                  ` ${attempts.at(-1)?.detail ?? ''}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
