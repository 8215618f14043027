import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslations } from 'use-intl';
import type { Pages } from '../api/use-pages.ts';
import { Button } from './button.tsx';
import styles from './list-ends.module.css';
import { PausedInput } from './paused-input.tsx';
import type { TextSearch } from './text-search.ts';

/** More than these nobody looks through without a search. */
const FEW = 12;

export function useTextSearch(): string | undefined {
  return (useSearch({ strict: false }) as TextSearch).q;
}

/** Above a list: its search by id and name, where it is long or searched. */
export function ListSearch({ list: { items = [] } }: { list: Pages<unknown> }) {
  const t = useTranslations('words');
  const navigate = useNavigate();
  const q = useTextSearch();
  if (q === undefined && items.length <= FEW) return null;
  return (
    <search className={styles.search}>
      <PausedInput
        type="search"
        aria-label={t('searchNames')}
        placeholder={t('searchNames')}
        value={q ?? ''}
        onPause={(text) =>
          void navigate({ to: '.', search: { q: text || undefined } as never, replace: true })
        }
      />
    </search>
  );
}

/** Below a list: that there is more, or that nothing of it fits. */
export function ListEnd({ list, none }: { list: Pages<unknown>; none: string }) {
  const t = useTranslations('words');
  const q = useTextSearch();
  if (list.items === undefined) return null;
  if (list.hasMore) {
    return (
      <p className="muted">
        {t('firstShown', { count: list.items.length })}{' '}
        <Button disabled={list.isAsking} onClick={list.more}>
          {t('more')}
        </Button>
      </p>
    );
  }
  if (list.items.length > 0) return null;
  return <p className="muted">{q === undefined ? none : t('noneFits')}</p>;
}
