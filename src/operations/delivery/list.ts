import type { Delivery } from '#domain/notification.ts';
import { DEFAULT_PAGE_SIZE, type Page } from '#domain/page.ts';
import { ListDeliveriesQuery } from '#domain/questions.ts';
import { listDeliveryRows } from '#storage/state/deliveries.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor, toPage } from '../cursor.ts';

const check = inputCheck(ListDeliveriesQuery);
const KIND = 'deliveries';

/** Newest first, each with every attempt. */
export async function listDeliveries({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ListDeliveriesQuery;
}): Promise<Page<Delivery>> {
  authorize(ctx, 'read');
  const query = check(input);
  const { limit = DEFAULT_PAGE_SIZE } = query;
  const cursor = decodeCursor(query.cursor, KIND, ['number', 'string']);
  const rows = await listDeliveryRows(ctx.state.db, {
    customer: ctx.caller.customer,
    alertId: query.alert_id,
    contactId: query.contact_id,
    state: query.state,
    before: cursor && { createdMs: cursor[0], id: cursor[1] },
    limit: limit + 1,
  });
  return toPage(rows, limit, {
    item: ({ delivery }) => delivery,
    cursorOf: ({ createdMs, delivery }) => encodeCursor(KIND, [createdMs, delivery.id]),
  });
}
