import type { Alert } from '#domain/alert.ts';
import { DEFAULT_PAGE_SIZE, type Page } from '#domain/page.ts';
import { ListAlertsQuery } from '#domain/questions.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { listAlertRows } from '#storage/state/alerts.ts';
import { inputCheck } from '../check-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { decodeCursor, encodeCursor, toPage } from '../cursor.ts';
import { inputRange } from '../input-times.ts';
import { withSensorNames } from './with-sensor-names.ts';

const check = inputCheck(ListAlertsQuery);
const KIND = 'alerts';

/** Newest first. */
export async function listAlerts({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: ListAlertsQuery;
}): Promise<Page<Alert>> {
  authorize(ctx, 'read');
  const query = check(input);
  const { limit = DEFAULT_PAGE_SIZE } = query;
  const cursor = decodeCursor(query.cursor, KIND, ['number', 'string']);
  const rows = await listAlertRows(ctx.state.db, {
    customer: ctx.caller.customer,
    state: query.state,
    severity: query.severity,
    sensorId: query.sensor_id,
    ruleId: query.rule_id,
    isAcknowledged: query.acknowledged,
    isOpen: query.open,
    isShelved: query.shelved,
    isSuppressed: query.suppressed,
    nowMs: ctx.clock.now(),
    ...inputRange(query),
    before: cursor && { startedMs: cursor[0], id: cursor[1] },
    limit: limit + 1,
  });
  const page = toPage(rows, limit, {
    item: alertFromRow,
    cursorOf: (row) => encodeCursor(KIND, [row.started_at, row.id]),
  });
  return { ...page, items: await withSensorNames(ctx, page.items) };
}
