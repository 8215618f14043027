import type { Alert, AlertHistoryEntry } from '#domain/alert.ts';
import { VigieError } from '#domain/errors.ts';
import type { Severity } from '#domain/rule.ts';
import { formatTime } from '#domain/time.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { alertHistory, findAlert } from '#storage/state/alerts.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateDb, StateTransaction } from '#storage/state/state-store.ts';
import { authorize, type OperationContext } from '../context.ts';
import { withSensorNames } from './with-sensor-names.ts';

/** With `history` every change of it, oldest first. */
export async function getAlert({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: { id: string; history?: boolean | undefined };
}): Promise<Alert> {
  authorize(ctx, 'read');
  const { db } = ctx.state;
  const row = await knownAlert(db, ctx.caller.customer, input.id);
  const [alert] = (await withSensorNames(ctx, [alertFromRow(row)])) as [Alert];
  if (input.history !== true) return alert;
  const rows = await alertHistory(db, input.id);
  const history = rows.map(
    (row): AlertHistoryEntry => ({
      at: formatTime(row.at),
      by: row.by,
      change: row.change as AlertHistoryEntry['change'],
      severity: row.severity as Severity,
      comment: row.comment,
    }),
  );
  return { ...alert, history };
}

/** Throws `not_found`. */
export async function knownAlert(
  db: StateDb | StateTransaction,
  customer: string,
  id: string,
): Promise<AlertsTable> {
  const row = await findAlert(db, { customer, id });
  if (row === undefined) throw new VigieError('not_found', `There is no alert ${id}.`);
  return row;
}
