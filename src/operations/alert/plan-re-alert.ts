import type { Rule } from '#domain/rule.ts';
import { durationMs } from '#domain/time.ts';
import { lookAtAlertAt } from '#storage/state/alarms.ts';
import { findDocument } from '#storage/state/documents.ts';
import type { AlertsTable } from '#storage/state/schema.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { parseBody } from '../documents.ts';

/**
 * Has an alert that has just been acknowledged looked at again after its rule's `re_alert` (OPC UA Part 9: ReAlarmTime); false
 * where the rule asks for nothing.
 */
export async function planReAlert(tx: StateTransaction, alert: AlertsTable): Promise<boolean> {
  const { customer, rule_id: id, acknowledged_at: atMs } = alert;
  if (alert.state === 'cleared' || atMs === null) return false;
  const row = await findDocument(tx, { customer, kind: 'rule', id });
  const after = row && parseBody<Rule>(row).re_alert;
  if (after === undefined) return false;
  await lookAtAlertAt(tx, alert.id, atMs + durationMs(after));
  return true;
}
