import { Link } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import { PageHeader } from '../ui/page-header.tsx';

export function LostPage() {
  const t = useTranslations('shell.lost');
  return (
    <>
      <PageHeader title={t('title')} />
      <Link to="/">{t('back')}</Link>
    </>
  );
}
