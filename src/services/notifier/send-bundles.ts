import type { Policy } from '#domain/notification.ts';
import { groupTimes, reasonOfKey } from '#engine/routing/hold.ts';
import { STORM } from '#engine/routing/storm.ts';
import { uuidV7 } from '#platform/ids.ts';
import {
  type BundleKey,
  type BundleMember,
  bundleMembers,
  changeMembers,
  dueBundles,
  lastReleased,
  putOffBundle,
  whatIsKnown,
} from '#storage/state/bundles.ts';
import { findDocument } from '#storage/state/documents.ts';
import { insertNotifications, queuedNotification } from '#storage/state/outbox.ts';
import type { StateStore, StateTransaction } from '#storage/state/state-store.ts';
import { ALARM_TYPES } from '#storage/state/told.ts';

// Tested by: storm.test.ts

const BUNDLES_A_TIME = 20;
/** The rest waits for the next time: memory and transactions stay bounded. */
const MOST_MEMBERS = 10_000;
const MOST_IN_A_DIGEST = 2000;

/**
 * Lets go what waited for others, or for the end of quiet hours: one notification by itself, several as digests, which are
 * notifications of their own. What a digest holds is fixed in the transaction that makes it, so however often it is sent
 * after a crash, it says the same under the same id. Answers whether something was due: then there may be more.
 */
export async function sendBundles(state: StateStore, nowMs: number): Promise<boolean> {
  const bundles = await dueBundles(state.db, { nowMs, limit: BUNDLES_A_TIME });
  for (const bundle of bundles) {
    await state.transaction((tx) => sendBundle(tx, bundle, nowMs));
  }
  return bundles.length > 0;
}

export async function hasDueBundles(state: StateStore, nowMs: number): Promise<boolean> {
  return (await dueBundles(state.db, { nowMs, limit: 1 })).length > 0;
}

async function sendBundle(tx: StateTransaction, bundle: BundleKey, nowMs: number): Promise<void> {
  const members = await bundleMembers(tx, { ...bundle, limit: MOST_MEMBERS });
  const [first] = members;
  if (first === undefined) return;
  const intervalMs = await intervalOf(tx, bundle, first);
  const lastMs = intervalMs === 0 ? undefined : await lastReleased(tx, bundle);
  if (lastMs !== undefined && lastMs <= nowMs && lastMs + intervalMs > nowMs) {
    await putOffBundle(tx, { ...bundle, untilMs: lastMs + intervalMs });
    return;
  }
  const wanted = await leaveOutStale(tx, members, bundle);
  const alerts = new Set(wanted.map(({ alert_id: id }) => id));
  if (alerts.size < 2) {
    const ids = wanted.map(({ id }) => id);
    await changeMembers(tx, ids, { released_at: nowMs, next_attempt_at: nowMs });
    return;
  }
  for (let at = 0; at < wanted.length; at += MOST_IN_A_DIGEST) {
    await makeDigest(tx, wanted.slice(at, at + MOST_IN_A_DIGEST), { bundle, nowMs });
  }
}

async function makeDigest(
  tx: StateTransaction,
  members: readonly BundleMember[],
  { bundle, nowMs }: { bundle: BundleKey; nowMs: number },
): Promise<void> {
  const first = members[0]!;
  const id = uuidV7(nowMs);
  const digest = queuedNotification(
    {
      id,
      customer: bundle.customer,
      alert_id: first.alert_id,
      contact_id: bundle.contactId,
      policy_id: first.policy_id,
      channel: first.channel,
      type: 'digest',
      // Made from its members as it is sent.
      payload: '{}',
      atMs: nowMs,
    },
    { group_key: bundle.groupKey, released_at: nowMs },
  );
  await insertNotifications(tx, [digest]);
  const ids = members.map((member) => member.id);
  await changeMembers(tx, ids, { digest_id: id, released_at: nowMs, next_attempt_at: null });
}

/** How long after something of a bundle went out the next may; 0 where nothing is waited for. */
async function intervalOf(
  tx: StateTransaction,
  { customer, groupKey }: BundleKey,
  first: BundleMember,
): Promise<number> {
  switch (reasonOfKey(groupKey)) {
    case 'quiet':
      return 0;
    case 'storm':
      return STORM.intervalMs;
    case 'group': {
      if (first.policy_id === null) return 0;
      const kept = await findDocument(tx, { customer, kind: 'policy', id: first.policy_id });
      return kept === undefined ? 0 : groupTimes(JSON.parse(kept.body) as Policy).intervalMs;
    }
  }
}

/**
 * Leaves out what nobody needs any more: an alarm that somebody has seen to; after quiet hours one that is over, or of which
 * the contact has been told since; and that something is over of which the contact was never told.
 */
async function leaveOutStale(
  tx: StateTransaction,
  members: readonly BundleMember[],
  bundle: BundleKey,
): Promise<BundleMember[]> {
  const isQuiet = reasonOfKey(bundle.groupKey) === 'quiet';
  const { customer, contactId } = bundle;
  const alertIds = [...new Set(members.map(({ alert_id: id }) => id))];
  const { toldMs, leftOut } = await whatIsKnown(tx, { customer, contactId, alertIds });
  const reasons = new Map<string, string>();
  // The newest first: what it says stands for what came before it.
  for (const { id, type, alert_id: alertId, ...member } of members.toReversed()) {
    if (!ALARM_TYPES.includes(type)) continue;
    const isOver = isQuiet && member.alert_state === 'cleared';
    if (member.acknowledged === 1) reasons.set(id, 'acknowledged');
    else if (isOver) reasons.set(id, 'cleared');
    else if (isQuiet && (toldMs.get(alertId) ?? 0) > member.created_at) {
      reasons.set(id, 'told_since');
    } else toldMs.set(alertId, member.created_at);
    if (reasons.has(id)) leftOut.add(alertId);
  }
  for (const { id, type, alert_id: alertId } of members) {
    const wasTold = toldMs.has(alertId) || !leftOut.has(alertId);
    if (!ALARM_TYPES.includes(type) && !wasTold) reasons.set(id, 'never_told');
  }
  for (const reason of new Set(reasons.values())) {
    const ids = members.filter(({ id }) => reasons.get(id) === reason).map(({ id }) => id);
    const set = { state: 'given_up', next_attempt_at: null, left_out: reason } as const;
    await changeMembers(tx, ids, set);
  }
  return members.filter(({ id }) => !reasons.has(id));
}
