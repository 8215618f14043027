import type { NotificationPayload } from '#domain/notification-payload.ts';
import type { ForeseenTelling } from '#engine/routing/preview.ts';
import type { NotificationsTable } from '#storage/state/schema.ts';
import type { StateDb } from '#storage/state/state-store.ts';
import { alarmsOfAlert } from '#storage/state/told.ts';

// Tested by: preview.test.ts

/** More than a day of repeats to anybody. */
const MOST_PAST = 1000;

/** What has been told of an alert, as lines of the timetable. */
export async function pastTellings(db: StateDb, alertId: string): Promise<ForeseenTelling[]> {
  return (await alarmsOfAlert(db, { alertId, limit: MOST_PAST })).map((row) => ({
    atMs: row.created_at,
    contactId: row.contact_id,
    channel: row.channel,
    policyId: row.policy_id,
    step: row.step,
    type: typeOf(row),
    heldUntilMs: row.group_key === null ? null : (row.released_at ?? row.next_attempt_at),
    heldBy: null,
    groupKey: row.group_key,
    isPast: true,
  }));
}

function typeOf({ type, payload }: NotificationsTable): ForeseenTelling['type'] {
  if (type === 'escalated' || type === 'severity_changed') return type;
  return (JSON.parse(payload) as NotificationPayload).repeat ? 'repeat' : 'raised';
}
