import { type DeadLetter, ListDeadLettersQuery } from '#domain/dead-letter.ts';
import { DEFAULT_PAGE_SIZE, type Page } from '#domain/page.ts';
import { formatTime } from '#domain/time.ts';
import { listDeadLetterRows } from '#storage/state/dead-letters.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor, toPage } from '../cursor.ts';
import { inputRange } from '../input-times.ts';

const check = inputCheck(ListDeadLettersQuery);
const KIND = 'dead-letters';

/** Newest first. */
export async function listDeadLetters({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ListDeadLettersQuery;
}): Promise<Page<DeadLetter>> {
  authorize(ctx, 'read');
  const query = check(input);
  const { limit = DEFAULT_PAGE_SIZE } = query;
  const [beforeSeq] = decodeCursor(query.cursor, KIND, ['number']) ?? [];
  const rows = await listDeadLetterRows(ctx.state.db, {
    customer: ctx.caller.customer,
    code: query.code,
    sensorId: query.sensor_id,
    ...inputRange(query),
    beforeSeq,
    limit: limit + 1,
  });
  return toPage(rows, limit, {
    item: ({ seq, customer: _customer, received_at: receivedMs, ...rest }): DeadLetter => ({
      id: String(seq),
      received_at: formatTime(receivedMs),
      ...rest,
    }),
    cursorOf: ({ seq }) => encodeCursor(KIND, [seq]),
  });
}
