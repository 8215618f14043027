import { Link, Outlet } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageHeader } from '../../ui/page-header.tsx';
import styles from './notifications.module.css';

const TABS = [
  ['/notifications', 'contacts'],
  ['/notifications/policies', 'policies'],
  ['/notifications/on-call', 'onCall'],
  ['/notifications/maintenance', 'maintenance'],
  ['/notifications/messages', 'messages'],
  ['/notifications/preview', 'preview'],
  ['/notifications/ledger', 'ledger'],
] as const;

/** Who is told, by what, when, and what became of it. */
export function NotificationsPage() {
  const t = useTranslations('notifications');
  return (
    <>
      <PageHeader title={t('title')} />
      <nav className={styles.tabs} aria-label={t('title')}>
        {TABS.map(([to, name]) => (
          <Link key={to} to={to} className={styles.tab} activeOptions={{ exact: true }}>
            {t(`tab.${name}`)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
