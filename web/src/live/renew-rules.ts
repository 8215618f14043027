import type { InfiniteData, Query, QueryClient, QueryKey } from '@tanstack/react-query';
import type { Rule } from '#domain/rule.ts';
import { ask } from '../api/ask.ts';
import { groupsOfIds, type Page } from '../api/queries.ts';

type List = InfiniteData<Page<Rule>>;

/** As many pages of a list are asked for again; of one that was scrolled further only what has changed. */
const FEW_PAGES = 2;
/** More changes than these are a list of their own. */
const MOST_RULES = 500;

/** After these rules were made, changed or removed. */
export async function renewRules(queries: QueryClient, ids: readonly string[]): Promise<void> {
  const isLong = ({ queryKey, state }: Query) =>
    queryKey[1] === 'list' && ((state.data as List | undefined)?.pages.length ?? 0) > FEW_PAGES;
  const long = queries.getQueryCache().findAll({
    queryKey: ['rules'],
    predicate: (query) => ids.length <= MOST_RULES && isLong(query),
  });
  await Promise.all([
    queries.invalidateQueries({ queryKey: ['rules'], predicate: (query) => !long.includes(query) }),
    ...long.map(({ queryKey }) => renewInPlace(queries, queryKey, ids)),
  ]);
}

async function renewInPlace(queries: QueryClient, key: QueryKey, ids: readonly string[]) {
  const { q } = key[2] as { q: string | undefined };
  try {
    const pages = await Promise.all(
      groupsOfIds(ids).map((group) =>
        ask<Page<Rule>>('GET /v1/rules', { query: { q, ids: group } }),
      ),
    );
    const found = pages.flatMap(({ items }) => items);
    // A page that is on its way would be put behind those of before.
    await queries.cancelQueries({ queryKey: key, exact: true });
    queries.setQueryData<List>(key, (list) => list && placed(list, ids, found));
  } catch {
    await queries.invalidateQueries({ queryKey: key, exact: true });
  }
}

/** The list with `found` in the place of `ids`: what is not found is not there any more, or does not fit the search. */
export function placed(list: List, ids: readonly string[], found: readonly Rule[]): List {
  const changed = new Set(ids);
  let left = found;
  const pages = list.pages.map((page) => {
    const last = page.items.at(-1)?.id;
    const isIn = ({ id }: Rule) => page.next_cursor === null || (last !== undefined && id <= last);
    const here = left.filter(isIn);
    left = left.filter((rule) => !isIn(rule));
    if (here.length === 0 && !page.items.some(({ id }) => changed.has(id))) return page;
    const items = [...page.items.filter(({ id }) => !changed.has(id)), ...here];
    return { ...page, items: items.sort((one, other) => (one.id < other.id ? -1 : 1)) };
  });
  return { ...list, pages };
}
