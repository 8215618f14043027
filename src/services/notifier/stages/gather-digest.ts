import type { NotificationPayload } from '#domain/notification-payload.ts';
import { reasonOfKey } from '#engine/routing/hold.ts';
import { payloadsOfDigest } from '#storage/state/bundles.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';

// Tested by: ../storm.test.ts

/** As many as a digest is ever made of. */
const MOST = 2000;

/** What a digest says: its members, as they were when they were made. Of an alert with several changes the last one counts. */
export async function gatherDigest(
  parcel: Parcel,
  { state }: Pick<NotifierContext, 'state'>,
): Promise<Parcel> {
  const { row, type } = parcel;
  if (parcel.outcome || type !== 'digest') return parcel;
  const members = await payloadsOfDigest(state.db, { digestId: row.id, limit: MOST });
  const byAlert = new Map<string, NotificationPayload>();
  for (const { payload } of members) {
    const one = JSON.parse(payload) as NotificationPayload;
    byAlert.delete(one.alert.id);
    byAlert.set(one.alert.id, one);
  }
  const [first] = byAlert.values();
  if (first === undefined) {
    return { ...parcel, outcome: { ok: false, retryable: false, detail: 'the digest is empty' } };
  }
  const reason = reasonOfKey(row.group_key ?? '["group"]');
  const digest = { reason, members: [...byAlert.values()] };
  return { ...parcel, payload: { ...first, digest } };
}
