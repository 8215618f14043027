import type { ApiKey } from '#domain/access.ts';
import { DEFAULT_PAGE_SIZE, type Page, PageQuery } from '#domain/page.ts';
import { listKeyRows } from '#storage/state/api-keys.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor, toPage } from '../cursor.ts';
import { keyView } from './key-view.ts';

const check = inputCheck(PageQuery);
const KIND = 'keys';

/** In the order of their ids; those revoked or expired too. */
export async function listKeys({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: PageQuery;
}): Promise<Page<ApiKey>> {
  authorize(ctx, 'admin');
  const { limit = DEFAULT_PAGE_SIZE, cursor } = check(input);
  const [afterId] = decodeCursor(cursor, KIND, ['string']) ?? [];
  const { customer } = ctx.caller;
  const rows = await listKeyRows(ctx.state.db, { customer, afterId, limit: limit + 1 });
  return toPage(rows, limit, { item: keyView, cursorOf: ({ id }) => encodeCursor(KIND, [id]) });
}
