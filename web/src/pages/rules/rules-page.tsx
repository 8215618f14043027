import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import type { Rule } from '#domain/rule.ts';
import { rulesQuery } from '../../api/queries.ts';
import { useUnits } from '../../format/units.tsx';
import { useFormats } from '../../format/use-formats.ts';
import { rememberSearch } from '../../ui/last-search.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { PausedInput } from '../../ui/paused-input.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { RuleList } from './rule-list.tsx';
import styles from './rules.module.css';

const route = getRouteApi('/rules');
const NONE: readonly Rule[] = [];

/** Every rule with what it watches for, and a switch that can be turned back. */
export function RulesPage() {
  const t = useTranslations('rules');
  const formats = useFormats();
  const isConverted = Object.keys(useUnits().choice).length > 0;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const look = (q: string) => void navigate({ search: { q: q || undefined }, replace: true });
  useEffect(() => rememberSearch('rules', search), [search]);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } =
    useInfiniteQuery({
      ...rulesQuery(search.q),
      // The rows stay while the next answer is on its way.
      placeholderData: (before) => before,
    });
  const rules = data === undefined ? NONE : data.pages.flatMap(({ items }) => items);
  return (
    <>
      <PageHeader title={t('title')}>
        {data !== undefined && (
          <span className="muted number" role="status">
            {t('count', {
              count: rules.length,
              shown: formats.count(rules.length),
              more: hasNextPage ? 'yes' : 'no',
            })}
          </span>
        )}
        <Link to="/rules/$id" params={{ id: '-' }} className={styles.add}>
          <Plus size={16} aria-hidden /> {t('add')}
        </Link>
      </PageHeader>
      <search className={styles.search}>
        <PausedInput
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={search.q ?? ''}
          onPause={look}
        />
      </search>
      {isConverted && <p className="muted">{t('inSentUnits')}</p>}
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && (
        <RuleList
          rules={rules}
          hasMore={hasNextPage}
          isStale={isPlaceholderData}
          onEnd={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
        />
      )}
    </>
  );
}
