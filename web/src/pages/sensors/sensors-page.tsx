import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslations } from 'use-intl';
import type { Sensor } from '#domain/sensor.ts';
import { sensorsQuery } from '../../api/queries.ts';
import { useFormats } from '../../format/use-formats.ts';
import { rememberSearch } from '../../ui/last-search.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { ProblemText } from '../../ui/problem-text.tsx';
import { SensorFilters } from './sensor-filters.tsx';
import { SensorList } from './sensor-list.tsx';
import { filterOf, type SensorsSearch } from './sensors-search.ts';

const route = getRouteApi('/sensors');
/** Large pages: a scroll through 10,000 sensors asks ten times. */
const PAGE = 1000;
const NONE: readonly Sensor[] = [];

/** The whole fleet: what it is called, how it is, and what it says now. */
export function SensorsPage() {
  const t = useTranslations('sensors');
  const formats = useFormats();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  useEffect(() => rememberSearch('sensors', search), [search]);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, isPlaceholderData } =
    useInfiniteQuery({
      ...sensorsQuery(filterOf(search), PAGE),
      // The rows stay while the next answer is on its way.
      placeholderData: (before) => before,
    });
  const sensors = data === undefined ? NONE : data.pages.flatMap(({ items }) => items);
  const choose = (changed: SensorsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  return (
    <>
      <PageHeader title={t('title')}>
        {data !== undefined && (
          <span className="muted number" role="status">
            {t('count', {
              count: sensors.length,
              shown: formats.count(sensors.length),
              more: hasNextPage ? 'yes' : 'no',
            })}
          </span>
        )}
      </PageHeader>
      <SensorFilters search={search} choose={choose} />
      {error !== null && <ProblemText problem={error} />}
      {data !== undefined && (
        <SensorList
          sensors={sensors}
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
