import type { QueryClient } from '@tanstack/react-query';
import type { Alert } from '#domain/alert.ts';
import type { Page } from '../api/queries.ts';

/** At most one question after a burst of changes; a storm of alerts is one reload, not ten thousand. */
const GATHER_MS = 250;
let isGathering = false;

/** Puts the new state where the alert is shown at once; lists, whose filters decide, are asked again soon. */
export function showAlertChange(queries: QueryClient, alert: Alert): void {
  queries.setQueriesData<Page<Alert>>({ queryKey: ['alerts', 'list'] }, (page) => {
    if (page === undefined || !page.items.some(({ id }) => id === alert.id)) return page;
    return { ...page, items: page.items.map((item) => (item.id === alert.id ? alert : item)) };
  });
  if (isGathering) return;
  isGathering = true;
  setTimeout(() => {
    isGathering = false;
    void queries.invalidateQueries({ queryKey: ['alerts'] });
  }, GATHER_MS);
}

/** After something was missed. What is there stays on the screen while it is asked for. */
export function showEverythingAnew(queries: QueryClient): void {
  void queries.invalidateQueries();
}
