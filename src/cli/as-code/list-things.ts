import type { ApiClient } from '../api-client.ts';
import type { Fields, Kind } from './kinds.ts';

// Tested by: test/e2e/as-code.test.ts

/** Everything of a kind that somebody has described: without the rules that the platform brings along. */
export async function listThings(
  client: ApiClient,
  kind: Kind,
  signal: AbortSignal,
): Promise<Fields[]> {
  const things: Fields[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: Fields[]; next_cursor: string | null } = await client.request(
      `${kind.path}?limit=1000${query}`,
      { signal },
    );
    things.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return things.filter((thing) => thing.built_in !== true);
}
