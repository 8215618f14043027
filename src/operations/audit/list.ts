import { type AuditEntry, ListAuditQuery } from '#domain/audit.ts';
import { DEFAULT_PAGE_SIZE, type Page } from '#domain/page.ts';
import { formatTime } from '#domain/time.ts';
import { listAuditRows } from '#storage/state/audit.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor, toPage } from '../cursor.ts';
import { inputRange } from '../input-times.ts';

const check = inputCheck(ListAuditQuery);
const KIND = 'audit';

/** Newest first. */
export async function listAudit({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ListAuditQuery;
}): Promise<Page<AuditEntry>> {
  authorize(ctx, 'admin');
  const query = check(input);
  const { limit = DEFAULT_PAGE_SIZE } = query;
  const [beforeSeq] = decodeCursor(query.cursor, KIND, ['number']) ?? [];
  const rows = await listAuditRows(ctx.state.db, {
    customer: ctx.caller.customer,
    who: query.who,
    action: query.action,
    target: query.target,
    ...inputRange(query),
    beforeSeq,
    limit: limit + 1,
  });
  return toPage(rows, limit, {
    item: (row): AuditEntry => ({
      id: String(row.seq),
      at: formatTime(row.at),
      who: row.who,
      action: row.action,
      target: row.target,
      detail: row.detail === null ? null : (JSON.parse(row.detail) as unknown),
      request_id: row.request_id,
    }),
    cursorOf: ({ seq }) => encodeCursor(KIND, [seq]),
  });
}
