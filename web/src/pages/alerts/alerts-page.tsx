import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'use-intl';
import { alertsQuery } from '../../api/queries.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { AlertTable } from './alert-table.tsx';

/** What is left to do: active, or returned to normal and not yet acknowledged (ISA-18.2). */
export function AlertsPage() {
  const t = useTranslations('alerts');
  const { data, error } = useQuery(alertsQuery({ open: 'true' }));
  return (
    <>
      <PageHeader title={t('title')} />
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && <AlertTable alerts={data.items} />}
    </>
  );
}
