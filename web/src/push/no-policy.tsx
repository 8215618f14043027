import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Contact, Policy } from '#domain/notification.ts';
import type { OnCall } from '#domain/on-call.ts';
import { documentsQuery } from '../api/queries.ts';
import styles from './push.module.css';

/** Without policies every contact is told of everything; with some, who is in none waits in vain. */
export function NoPolicy({ contact: { id } }: { contact: Contact }) {
  const t = useTranslations('push');
  const { data: policies } = useQuery(documentsQuery<Policy>('policies'));
  const { data: rotations } = useQuery(documentsQuery<OnCall>('on-call'));
  if (policies === undefined || rotations === undefined || policies.items.length === 0) return null;
  const named = [
    ...policies.items.flatMap(({ steps, fallback = [] }) => [
      ...steps.flatMap(({ contacts = [] }) => contacts),
      ...fallback,
    ]),
    ...rotations.items.flatMap(({ contacts, overrides = [] }) => [
      ...contacts,
      ...overrides.map(({ contact }) => contact),
    ]),
  ];
  if (named.includes(id)) return null;
  return (
    <p className={styles.warning}>
      <TriangleAlert size={16} aria-hidden /> {t('noPolicy', { id })}{' '}
      <Link to="/notifications/policies">{t('toPolicies')}</Link>
    </p>
  );
}
