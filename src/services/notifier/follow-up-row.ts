// Tested by: tell-again.test.ts
import type { FollowUpTarget } from '#engine/routing/follow-up.ts';
import { uuidV7 } from '#platform/ids.ts';
import { heldBy, queuedNotification } from '#storage/state/outbox.ts';
import type { AlertsTable, NotificationsTable } from '#storage/state/schema.ts';

/** What one contact is told of an alert that goes on, or is over. */
export function followUpRow({
  alert,
  nowMs,
  target,
  payload,
}: {
  alert: AlertsTable;
  nowMs: number;
  target: Omit<FollowUpTarget, 'as'> & { as: FollowUpTarget['as'] | 'cleared' };
  payload: string;
}): NotificationsTable {
  return queuedNotification(
    {
      id: uuidV7(nowMs),
      customer: alert.customer,
      alert_id: alert.id,
      contact_id: target.contactId,
      policy_id: target.policyId,
      channel: target.channel,
      type: target.as === 'repeat' ? 'raised' : target.as,
      payload,
      atMs: nowMs,
    },
    { step: target.step, ...heldBy(target.hold) },
  );
}
