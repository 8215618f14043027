import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { deliveriesQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { DELIVERY_STATES } from './ledger-search.ts';
import styles from './notifications.module.css';

const route = getRouteApi('/notifications/ledger');
const SHOWN = 200;

/** Every message with each attempt and what was answered: the proof that somebody was told. */
export function LedgerPage() {
  const t = useTranslations('notifications');
  const alerts = useTranslations('alerts');
  const formats = useFormats();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  /** A word that is newer than this page is shown as the API says it. */
  const word = (of: 'leftOut' | 'outcome', name: string) => {
    const key = `${of}.${name}` as Parameters<typeof t>[0];
    return t.has(key) ? t(key) : name;
  };
  const { data, error } = useQuery({
    ...deliveriesQuery(search as Record<string, string>, SHOWN),
    placeholderData: (before) => before,
  });
  return (
    <>
      <div className={styles.line}>
        <ChoiceField
          label={t('state')}
          value={search.state ?? ''}
          choices={[
            ['', t('any')],
            ...DELIVERY_STATES.map((state) => [state, alerts(`delivery.${state}`)] as const),
          ]}
          onChange={(state) =>
            void navigate({
              search: (before) => ({ ...before, state: state || undefined }),
              replace: true,
            })
          }
        />
        {search.contact_id !== undefined && (
          <Button
            onClick={() =>
              void navigate({
                search: (before) => ({ ...before, contact_id: undefined }),
                replace: true,
              })
            }
          >
            {t('onlyContact', { contact: search.contact_id })} ×
          </Button>
        )}
      </div>
      {error !== null && <ProblemText problem={error} />}
      {data?.items.length === 0 && <p className="muted">{t('noDeliveries')}</p>}
      {data !== undefined && data.items.length > 0 && (
        <div className={styles.scroll}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('when')}</th>
                <th scope="col">{t('contact')}</th>
                <th scope="col">{t('what')}</th>
                <th scope="col">{t('state')}</th>
                <th scope="col">{t('attempts')}</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((delivery) => (
                <tr key={delivery.id}>
                  <td className="number">{formats.moment(delivery.created_at)}</td>
                  <td>
                    {delivery.contact_id} <span className="muted">{delivery.channel}</span>
                  </td>
                  <td>
                    <Link to="/alerts/$id" params={{ id: delivery.alert_id }}>
                      {alerts(`type.${delivery.type}`)}
                    </Link>
                  </td>
                  <td>
                    {alerts(`delivery.${delivery.state}`)}
                    {delivery.left_out !== null && (
                      <div className="muted">{word('leftOut', delivery.left_out)}</div>
                    )}
                  </td>
                  <td>
                    {delivery.attempts.map(({ at, outcome, detail }) => (
                      <div key={at} className="muted">
                        {formats.moment(at)} {word('outcome', outcome)} {detail}
                      </div>
                    ))}
                    {delivery.receipt !== null && <code>{delivery.receipt}</code>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data?.next_cursor != null && (
        <p className="muted">{t('newest', { count: data.items.length })}</p>
      )}
    </>
  );
}
