import type { Alert, AlertHistoryEntry } from '#domain/alert.ts';
import { alertFromRow } from '#storage/state/alert-row.ts';
import { type AlertPeoplePart, changeAlert as writeChange } from '#storage/state/alerts.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { audited, type OperationContext } from '../context.ts';
import { knownAlert } from './get.ts';

// Tested by: alert.test.ts

export interface AlertChange {
  id: string;
  verb: 'acknowledge' | 'comment' | 'assign' | 'shelve' | 'unshelve' | 'reset';
  change: AlertHistoryEntry['change'];
  comment: string | null;
  /** What becomes of the alert; throws `invalid_state` where its state does not allow the change. */
  set(alert: AlertsTable, nowMs: number): AlertPeoplePart;
  /** What else is written in the same transaction. */
  andThen?(alert: AlertsTable, tx: StateTransaction): Promise<void>;
}

/** What a person does to an alert: the alert, its history and the audit in one transaction, then the news of it. */
export async function changeAlert(ctx: OperationContext, change: AlertChange): Promise<Alert> {
  const { customer, who } = ctx.caller;
  const { id, comment } = change;
  const nowMs = ctx.clock.now();
  const audit = {
    action: `alert.${change.verb}`,
    target: `alert/${id}`,
    ...(comment === null ? {} : { detail: { comment } }),
  };
  const row = await audited(ctx, audit, async (tx) => {
    const before = await knownAlert(tx, customer, id);
    const set = change.set(before, nowMs);
    const entry = {
      at: nowMs,
      by: who,
      change: change.change,
      severity: before.severity,
      comment,
    };
    const after = await writeChange(tx, { id, set, entry });
    await change.andThen?.(after, tx);
    return after;
  });
  const alert = alertFromRow(row);
  ctx.bus.publish('alert', { customer, alert });
  ctx.bus.publish('alert.changed', { customer, sensorId: row.sensor_id, ruleId: row.rule_id });
  return alert;
}
