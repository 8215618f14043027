import { sql } from 'kysely';
import { type BundleKey, lastReleased } from './bundles.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/bundles.contract.ts

/** What was made for the contact in the window before a notification. */
export interface Before {
  /** At most `most`; what went out in digests for another reason, and digests, do not count. */
  count: number;
  /** Something of it was set aside because of a storm. */
  hasStorm: boolean;
}

/** For each of some notifications, what was made for its contact in the window before it; bounded work for each. */
export async function countBefore(
  db: StateDb,
  { ids, windowMs, most }: { ids: readonly string[]; windowMs: number; most: number },
): Promise<Map<string, Before>> {
  const { rows } = await sql<{ id: string; before: number; storms: number }>`
    select n.id,
      (select count(*) from (
        select e.id from notifications as e
        where e.customer = n.customer and e.contact_id = n.contact_id
          and e.created_at > n.created_at - ${windowMs}
          and (e.created_at, e.id) < (n.created_at, n.id) and e.type <> 'digest'
          and (e.group_key is null or e.group_key = '["storm"]')
        order by e.created_at desc, e.id desc limit ${most}) as earlier) as before,
      (select count(*) from (
        select e.id from notifications as e
        where e.customer = n.customer and e.contact_id = n.contact_id and e.group_key = '["storm"]'
          and e.type <> 'digest' and e.created_at > n.created_at - ${windowMs}
          and (e.created_at, e.id) < (n.created_at, n.id)
        limit 1) as stormy) as storms
    from notifications as n where n.id in (${sql.join([...ids])})`.execute(db);
  return new Map(
    rows.map(({ id, before, storms }) => [
      id,
      { count: Number(before), hasStorm: Number(storms) > 0 },
    ]),
  );
}

/** When the next digest of a storm is due, and when the last one went out, ms. */
export async function nextStormDigest(
  tx: StateTransaction,
  key: BundleKey,
): Promise<{ waitingMs: number | undefined; lastMs: number | undefined }> {
  const row = await tx
    .selectFrom('notifications')
    .select(({ fn }) => fn.min('next_attempt_at').as('at'))
    .where('customer', '=', key.customer)
    .where('contact_id', '=', key.contactId)
    .where('group_key', '=', key.groupKey)
    .where('released_at', 'is', null)
    .executeTakeFirst();
  const at = row?.at;
  return {
    waitingMs: at === null || at === undefined ? undefined : Number(at),
    lastMs: await lastReleased(tx, key),
  };
}
