import type { Contact } from '#domain/notification.ts';
import { isInStorm, STORM, wantsDigests } from '#engine/routing/storm.ts';
import { changeMembers } from '#storage/state/bundles.ts';
import type { DueNotification } from '#storage/state/outbox.ts';
import type { StateStore } from '#storage/state/state-store.ts';
import { countBefore, nextStormDigest } from '#storage/state/storms.ts';

// Tested by: storm.test.ts

/**
 * Sets aside, of what was taken to be sent, what comes during a storm for its contact; it goes out in the next digest. What
 * counts is what has been made for the contact, so several notifiers, and one after a restart, decide alike. Answers
 * what is to be sent by itself.
 */
export async function holdStorm(
  state: StateStore,
  rows: readonly DueNotification[],
  nowMs: number,
): Promise<readonly DueNotification[]> {
  const mayWait = rows.filter(
    (row) =>
      row.group_key === null && row.attempts === 0 && row.type !== 'digest' && isForPeople(row),
  );
  if (mayWait.length === 0) return rows;
  const ids = mayWait.map(({ id }) => id);
  const before = await countBefore(state.db, { ids, windowMs: STORM.windowMs, most: STORM.begins });
  const held = mayWait.filter(({ id }) =>
    isInStorm(before.get(id) ?? { count: 0, hasStorm: false }),
  );
  if (held.length === 0) return rows;
  for (const theirs of Map.groupBy(held, (row) => `${row.customer}\n${row.contact_id}`).values()) {
    await setAside(state, theirs, nowMs);
  }
  const heldIds = new Set(held.map(({ id }) => id));
  return rows.filter(({ id }) => !heldIds.has(id));
}

async function setAside(
  state: StateStore,
  rows: readonly DueNotification[],
  nowMs: number,
): Promise<void> {
  const { customer, contact_id: contactId } = rows[0]!;
  const { groupKey, firstMs, intervalMs } = STORM;
  await state.transaction(async (tx) => {
    const about = { customer, contactId, groupKey };
    const next = await nextStormDigest(tx, about);
    const sinceLastMs = next.lastMs === undefined ? 0 : next.lastMs + intervalMs;
    const dueMs = next.waitingMs ?? Math.max(nowMs + firstMs, sinceLastMs);
    await changeMembers(
      tx,
      rows.map(({ id }) => id),
      { group_key: groupKey, next_attempt_at: dueMs },
    );
  });
}

function isForPeople({ contact }: DueNotification): boolean {
  return contact !== null && wantsDigests(JSON.parse(contact) as Contact);
}
