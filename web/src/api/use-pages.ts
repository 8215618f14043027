import { useInfiniteQuery } from '@tanstack/react-query';
import { documentPagesQuery } from './queries.ts';

/** What of a list has been asked for. */
export interface Pages<Item> {
  items: readonly Item[] | undefined;
  error: Error | null;
  hasMore: boolean;
  isAsking: boolean;
  /** Asks for the next page. */
  more(): void;
}

/** A collection page by page, searched by id and name where a text is given. */
export function usePages<Document>(collection: string, q: string | undefined): Pages<Document> {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({
    ...documentPagesQuery<Document>(collection, q),
    // The rows stay while the next answer is on its way.
    placeholderData: (before) => before,
  });
  return {
    items: data?.pages.flatMap(({ items }) => items),
    error,
    hasMore: hasNextPage,
    isAsking: isFetchingNextPage,
    more: () => void fetchNextPage(),
  };
}
