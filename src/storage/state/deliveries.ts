import type { Selectable } from 'kysely';
import type { Delivery, DeliveryState, NotificationType } from '#domain/notification.ts';
import { formatTime, formatTimeOrNull } from '#domain/time.ts';
import type { DeliveryAttemptsTable, NotificationsTable } from './schema.ts';
import type { StateDb, StateTransaction } from './state-store.ts';

// Tested by: storage/contract/outbox.contract.ts

export interface DeliveryFilter {
  customer: string;
  alertId?: string | undefined;
  contactId?: string | undefined;
  state?: DeliveryState | undefined;
  /** Only deliveries older than this one. */
  before?: { createdMs: number; id: string } | undefined;
  limit: number;
}

export interface ListedDelivery {
  delivery: Delivery;
  /** As stored: where a page ends. */
  createdMs: number;
}

/** Newest first, each with its attempts. */
export async function listDeliveryRows(
  db: StateDb,
  filter: DeliveryFilter,
): Promise<ListedDelivery[]> {
  let query = db.selectFrom('notifications').selectAll().where('customer', '=', filter.customer);
  if (filter.alertId !== undefined) query = query.where('alert_id', '=', filter.alertId);
  if (filter.contactId !== undefined) query = query.where('contact_id', '=', filter.contactId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  const { before } = filter;
  if (before) {
    query = query.where(({ eb, and, or }) =>
      or([
        eb('created_at', '<', before.createdMs),
        and([eb('created_at', '=', before.createdMs), eb('id', '<', before.id)]),
      ]),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit)
    .execute();
  const deliveries = await withAttempts(db, rows);
  return rows.map((row, at) => ({ delivery: deliveries[at]!, createdMs: row.created_at }));
}

export async function findDelivery(
  db: StateDb,
  { customer, id }: { customer: string; id: string },
): Promise<Delivery | undefined> {
  const rows = await db
    .selectFrom('notifications')
    .selectAll()
    .where('id', '=', id)
    .where('customer', '=', customer)
    .execute();
  return (await withAttempts(db, rows))[0];
}

/** Deliveries by id, in no order. */
export async function findDeliveries(
  db: StateDb,
  ids: readonly string[],
): Promise<{ customer: string; delivery: Delivery }[]> {
  const rows = await db.selectFrom('notifications').selectAll().where('id', 'in', ids).execute();
  const deliveries = await withAttempts(db, rows);
  return rows.map(({ customer }, at) => ({ customer, delivery: deliveries[at]! }));
}

/** Deliveries of notification rows, each with its attempts. */
async function withAttempts(
  db: StateDb | StateTransaction,
  rows: readonly NotificationsTable[],
): Promise<Delivery[]> {
  const tried = rows.filter(({ attempts }) => attempts > 0).map(({ id }) => id);
  const byNotification = new Map<string, Selectable<DeliveryAttemptsTable>[]>();
  if (tried.length > 0) {
    const attempts = await db
      .selectFrom('delivery_attempts')
      .selectAll()
      .where('notification_id', 'in', tried)
      .orderBy('seq')
      .execute();
    for (const attempt of attempts) {
      const known = byNotification.get(attempt.notification_id);
      if (known) known.push(attempt);
      else byNotification.set(attempt.notification_id, [attempt]);
    }
  }
  return rows.map((row) => deliveryFromRow(row, byNotification.get(row.id) ?? []));
}

function deliveryFromRow(
  row: NotificationsTable,
  attempts: readonly Selectable<DeliveryAttemptsTable>[],
): Delivery {
  return {
    id: row.id,
    alert_id: row.alert_id,
    contact_id: row.contact_id,
    channel: row.channel,
    type: row.type as NotificationType,
    state: row.state,
    attempts: attempts.map(({ at, outcome, detail }) => ({ at: formatTime(at), outcome, detail })),
    receipt: row.receipt,
    created_at: formatTime(row.created_at),
    next_attempt_at: formatTimeOrNull(row.next_attempt_at),
    policy_id: row.policy_id,
    step: row.step === null ? null : row.step + 1,
    digest_id: row.digest_id,
    left_out: row.left_out,
    fallback_for: row.fallback_for,
  };
}
