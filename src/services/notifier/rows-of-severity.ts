import type { Severity } from '#domain/rule.ts';
import type { Routing } from '#engine/routing/prepare-routing.ts';
import { holdFor, tellsOf } from '#engine/routing/route-alert.ts';
import { latestSeverityChange } from '#storage/state/alerts.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { toldBefore } from '#storage/state/told.ts';
import { type AlertTexts, payloadNow } from './alert-texts.ts';
import { followUpRow } from './follow-up-row.ts';

/**
 * Notifications for those who were told of an alert before its severity last changed and have heard nothing since: those
 * of later steps, who was on call, stand-ins. Where it fell only those whose policy says so in `on`. What is written
 * down decides, so looking twice tells once.
 */
export async function rowsOfSeverity(
  tx: StateTransaction,
  about: { alert: AlertsTable; texts: AlertTexts; routing: Routing; nowMs: number },
): Promise<NotificationsTable[]> {
  const { alert, texts, routing, nowMs } = about;
  const last = await latestSeverityChange(tx, alert.id);
  if (last === undefined) return [];
  const severity = alert.severity as Severity;
  const { rule, sensor } = texts;
  const previousSeverity = last.previous as Severity;
  const facts = { severity, previousSeverity, rule, sensor, atMs: nowMs };
  const change = { ...facts, type: 'severity_changed' } as const;
  const payload = payloadNow(alert, texts, { as: 'severity_changed', previousSeverity });
  return (await toldBefore(tx, { alertId: alert.id, beforeMs: last.atMs })).flatMap((told) => {
    const { contactId, policyId, step } = told;
    const contact = routing.contactById.get(contactId);
    const policy = policyId === null ? undefined : routing.policyById.get(policyId)?.policy;
    const isGone = !contact || (policyId !== null && policy === undefined);
    if (isGone || !tellsOf(policy?.on, change)) return [];
    const hold = holdFor(change, contact, policy);
    const target = { contactId, policyId, step, channel: contact.channel, hold };
    return [followUpRow({ alert, nowMs, target: { ...target, as: 'severity_changed' }, payload })];
  });
}
