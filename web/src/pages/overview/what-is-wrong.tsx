import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslations } from 'use-intl';
import { alertsQuery } from '../../api/queries.ts';
import { AlertTable } from '../alerts/alert-table.tsx';
import styles from './overview-page.module.css';
import { worstFirst } from './worst-first.ts';

/** What fits on a screen or two: a storm is read in the list. */
const SHOWN = 20;

/** What is wrong now, the worst first; where it is more than anybody reads here, the way to all of it. */
export function WhatIsWrong() {
  const t = useTranslations('overview');
  const { data } = useQuery(alertsQuery({ state: 'active' }));
  // Of many the newest are answered: what is critical may be older.
  const isCutShort = data !== undefined && data.next_cursor !== null;
  const critical = useQuery({
    ...alertsQuery({ state: 'active', severity: 'critical' }, SHOWN),
    enabled: isCutShort,
  });
  const alerts = useMemo(
    () => worstFirst([...(isCutShort ? (critical.data?.items ?? []) : []), ...(data?.items ?? [])]),
    [isCutShort, critical.data, data],
  );
  return (
    <section className={styles.section} aria-labelledby="now">
      <h2 id="now">{t('now')}</h2>
      {data !== undefined && <AlertTable alerts={alerts.slice(0, SHOWN)} none={t('allGood')} />}
      {alerts.length > SHOWN && (
        <p>
          {t('worst', { count: SHOWN })} <Link to="/alerts">{t('allAlerts')}</Link>
        </p>
      )}
    </section>
  );
}
