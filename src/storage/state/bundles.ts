import type { ExpressionBuilder } from 'kysely';
import type { Database, NotificationsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';
import { ALARM_TYPES } from './told.ts';

// Tested by: storage/contract/bundles.contract.ts. What waits in the outbox for others, or for the end of quiet hours.

const IDS_A_STATEMENT = 1000;

/** What one contact is told together. */
export interface BundleKey {
  customer: string;
  contactId: string;
  groupKey: string;
}

type Held = ExpressionBuilder<Database & { n: NotificationsTable }, 'n'>;

const isHeld = ({ eb, and }: Held) =>
  and([eb('n.group_key', 'is not', null), eb('n.released_at', 'is', null)]);

const isOf =
  ({ customer, contactId, groupKey }: BundleKey) =>
  ({ eb, and }: Held) =>
    and([
      eb('n.customer', '=', customer),
      eb('n.contact_id', '=', contactId),
      eb('n.group_key', '=', groupKey),
    ]);

/** Bundles of which something is due. */
export async function dueBundles(
  db: StateDb,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<BundleKey[]> {
  const rows = await db
    .selectFrom('notifications as n')
    .select(['n.customer', 'n.contact_id', 'n.group_key'])
    .distinct()
    .where(isHeld)
    .where('n.next_attempt_at', '<=', nowMs)
    .limit(limit)
    .execute();
  return rows.map(({ customer, contact_id: contactId, group_key: groupKey }) => ({
    customer,
    contactId,
    groupKey: groupKey!,
  }));
}

export interface BundleMember
  extends Pick<
    NotificationsTable,
    'id' | 'alert_id' | 'type' | 'policy_id' | 'channel' | 'created_at'
  > {
  /** The alert as it is now; null where it is not known. */
  alert_state: 'active' | 'cleared' | null;
  acknowledged: number | null;
}

/** What waits in a bundle, due or not, the oldest first. */
export function bundleMembers(
  tx: StateTransaction,
  { limit, ...key }: BundleKey & { limit: number },
): Promise<BundleMember[]> {
  return tx
    .selectFrom('notifications as n')
    .leftJoin('alerts as a', 'a.id', 'n.alert_id')
    .select(['n.id', 'n.alert_id', 'n.type', 'n.policy_id', 'n.channel', 'n.created_at'])
    .select(['a.state as alert_state', 'a.acknowledged'])
    .where(isHeld)
    .where(isOf(key))
    .orderBy('n.created_at')
    .orderBy('n.id')
    .limit(limit)
    .execute();
}

/** When something of the bundle last went out, ms; undefined where nothing did. */
export async function lastReleased(
  tx: StateTransaction,
  key: BundleKey,
): Promise<number | undefined> {
  const row = await tx
    .selectFrom('notifications as n')
    .select(({ fn }) => fn.max('n.released_at').as('at'))
    .where(isOf(key))
    .where('n.left_out', 'is', null)
    .executeTakeFirst();
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
}

/** All that waits in a bundle waits until then. */
export async function putOffBundle(
  tx: StateTransaction,
  { untilMs, ...key }: BundleKey & { untilMs: number },
): Promise<void> {
  await tx
    .updateTable('notifications as n')
    .set({ next_attempt_at: untilMs })
    .where(isHeld)
    .where(isOf(key))
    .execute();
}

/** Changes notifications of a bundle, by their ids. */
export async function changeMembers(
  tx: StateTransaction,
  ids: readonly string[],
  set: Partial<
    Pick<
      NotificationsTable,
      'state' | 'next_attempt_at' | 'released_at' | 'digest_id' | 'left_out' | 'group_key'
    >
  >,
): Promise<void> {
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const some = ids.slice(at, at + IDS_A_STATEMENT);
    await tx.updateTable('notifications').set(set).where('id', 'in', some).execute();
  }
}

/** What a contact knows of some alerts. */
export interface Known {
  /** When they were last told of it by something that does not wait, by alert, ms. */
  toldMs: Map<string, number>;
  /** Alerts of which something was left out. */
  leftOut: Set<string>;
}

/** What a contact has been told of some alerts, or is being told. */
export async function whatIsKnown(
  tx: StateTransaction,
  {
    customer,
    contactId,
    alertIds,
  }: { customer: string; contactId: string; alertIds: readonly string[] },
): Promise<Known> {
  const known: Known = { toldMs: new Map(), leftOut: new Set() };
  for (let at = 0; at < alertIds.length; at += IDS_A_STATEMENT) {
    const rows = await tx
      .selectFrom('notifications')
      .select(['alert_id', 'left_out'])
      .select(({ fn }) => fn.max(fn.coalesce('released_at', 'created_at')).as('at'))
      .where('alert_id', 'in', alertIds.slice(at, at + IDS_A_STATEMENT))
      .where('customer', '=', customer)
      .where('contact_id', '=', contactId)
      .where('type', 'in', ALARM_TYPES)
      .where(({ eb, or }) =>
        or([
          eb('group_key', 'is', null),
          eb('released_at', 'is not', null),
          eb('left_out', 'is not', null),
        ]),
      )
      .groupBy(['alert_id', 'left_out'])
      .execute();
    for (const { alert_id: id, left_out: leftOut, at: toldAt } of rows) {
      if (leftOut === null) known.toldMs.set(id, Number(toldAt));
      else known.leftOut.add(id);
    }
  }
  return known;
}

/** What was to go out in a digest is to be sent one by one. */
export async function dissolveDigest(
  tx: StateTransaction,
  digestId: string,
  nowMs: number,
): Promise<void> {
  await tx
    .updateTable('notifications')
    .set({ digest_id: null, next_attempt_at: nowMs })
    .where('digest_id', '=', digestId)
    .execute();
}

/** What went out in a digest, whole. */
export function membersOfDigest(
  tx: StateTransaction,
  digestId: string,
): Promise<NotificationsTable[]> {
  return tx
    .selectFrom('notifications')
    .selectAll()
    .where('digest_id', '=', digestId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

/** The payloads of what goes out in a digest, the oldest first. */
export async function payloadsOfDigest(
  db: StateDb,
  { digestId, limit }: { digestId: string; limit: number },
): Promise<{ type: string; payload: string }[]> {
  return db
    .selectFrom('notifications')
    .select(['type', 'payload'])
    .where('digest_id', '=', digestId)
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute();
}
