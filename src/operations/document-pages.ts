import { DEFAULT_PAGE_SIZE, type Page, SearchQuery } from '#domain/page.ts';
import {
  type DocumentKind,
  type DocumentSearch,
  existingDocuments,
  searchDocuments,
} from '#storage/state/documents.ts';
import { inputCheck } from './check-input.ts';
import type { OperationContext } from './context.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { parseBody } from './documents.ts';

// Tested by: documents.test.ts, rule/list.test.ts

const checkPage = inputCheck(SearchQuery);
/** Found by the engine and looked through here at a time. */
const PORTION = 1000;
/** How often one request asks the engine, which reads 5000 documents at the most; the cursor then goes on. */
const MOST_ROUNDS = 25;

interface Named {
  id: string;
  name?: string | Readonly<Record<string, string | undefined>> | null | undefined;
}

/** In the order of their ids; with `q` those that have the text within id or name. */
export function pageOfDocuments<T extends Named>(
  ctx: OperationContext,
  kind: DocumentKind,
  input: SearchQuery,
): Promise<Page<T>> {
  const { limit = DEFAULT_PAGE_SIZE, cursor, q: text } = checkPage(input);
  return searchPage<T>(ctx, { kind, limit, cursor, search: { text } });
}

export interface PageSearch<T> {
  kind: DocumentKind;
  limit: number;
  cursor: string | undefined;
  search: DocumentSearch;
  /** Of those that hold the text; all unless given. */
  fits?(item: T): boolean;
  /** Answered for as long as none is stored under their ids. */
  standing?: readonly T[];
}

/** A page may hold fewer than `limit` and still have a next one, where much was looked through. */
export async function searchPage<T extends Named>(
  ctx: OperationContext,
  page: PageSearch<T>,
): Promise<Page<T>> {
  const { kind, limit, search } = page;
  const { customer } = ctx.caller;
  const isSearched = Object.values(search).some((part) => part !== undefined);
  let [afterId] = decodeCursor(page.cursor, kind, ['string']) ?? [];
  const next = (id: string | undefined) => (id === undefined ? null : encodeCursor(kind, [id]));
  const standing = await notReplaced(ctx, page);
  const found: T[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { rows, throughId } = await searchDocuments(ctx.state.db, {
      ...search,
      ...{ customer, kind, afterId, limit: isSearched ? PORTION : limit + 1 },
    });
    const items = withStanding(rows.map(parseBody<T>), standing, { afterId, throughId });
    for (const item of items) {
      if (!holdsText(item, search.text) || page.fits?.(item) === false) continue;
      if (found.length === limit) return { items: found, next_cursor: next(found.at(-1)?.id) };
      found.push(item);
    }
    afterId = throughId;
    if (afterId === undefined) break;
  }
  return { items: found, next_cursor: next(afterId) };
}

async function notReplaced<T extends Named>(
  ctx: OperationContext,
  { kind, search, standing = [] }: PageSearch<T>,
): Promise<readonly T[]> {
  const asked = standing.filter(({ id }) => search.ids?.includes(id) ?? true);
  const { customer } = ctx.caller;
  const ids = asked.map(({ id }) => id);
  const replaced = await existingDocuments(ctx.state.db, { customer, kind, ids });
  return asked.filter(({ id }) => !replaced.has(id));
}

/** Each before the first with a greater id. The others stay as the engine has them: by its own order the next page starts. */
function withStanding<T extends Named>(
  items: T[],
  standing: readonly T[],
  { afterId = '', throughId }: { afterId: string | undefined; throughId: string | undefined },
): T[] {
  const all = [...items];
  for (const one of standing) {
    const { id } = one;
    if (id <= afterId || (throughId !== undefined && id > throughId)) continue;
    const at = all.findIndex((item) => item.id > id);
    all.splice(at === -1 ? all.length : at, 0, one);
  }
  return all;
}

function holdsText({ id, name }: Named, text = ''): boolean {
  const sought = text.toLowerCase();
  const names = typeof name === 'object' && name !== null ? Object.values(name) : [name];
  return [id, ...names].some((one) => one?.toLowerCase().includes(sought) === true);
}
