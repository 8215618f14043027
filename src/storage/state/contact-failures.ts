import type { ContactFailing } from '#domain/notification.ts';
import { formatTime } from '#domain/time.ts';
import type { StateDb } from './state-store.ts';

// Tested by: storage/contract/outbox.contract.ts

/** A contact, and when it was last changed. */
interface Asked {
  id: string;
  updatedMs: number;
}

/**
 * Which of a customer's contacts could not be reached by the latest of their notifications that was tried, and why. What
 * was tried before the contact was changed says nothing of it as it is now.
 */
export async function failuresOfContacts(
  db: StateDb,
  { customer, contacts }: { customer: string; contacts: readonly Asked[] },
): Promise<Map<string, ContactFailing>> {
  const failing = new Map<string, ContactFailing>();
  if (contacts.length === 0) return failing;
  const latest = await db
    .selectFrom('documents as d')
    .where('d.customer', '=', customer)
    .where('d.kind', '=', 'contact')
    .where(
      'd.id',
      'in',
      contacts.map(({ id }) => id),
    )
    .select((eb) => [
      'd.id as contactId',
      eb
        .selectFrom('notifications as n')
        .select('n.id')
        .whereRef('n.customer', '=', 'd.customer')
        .whereRef('n.contact_id', '=', 'd.id')
        .where('n.attempts', '>', 0)
        .orderBy('n.created_at', 'desc')
        .orderBy('n.id', 'desc')
        .limit(1)
        .as('notificationId'),
    ])
    .execute();
  const ids = latest.flatMap(({ notificationId }) => notificationId ?? []);
  if (ids.length === 0) return failing;
  const attempts = await db
    .selectFrom('delivery_attempts as a')
    .innerJoin('notifications as n', 'n.id', 'a.notification_id')
    .where('n.id', 'in', ids)
    .where('n.state', 'in', ['failed', 'given_up'])
    .where('n.left_out', 'is', null)
    .select(['n.contact_id as contactId', 'a.at', 'a.detail', 'a.outcome'])
    .orderBy('a.seq')
    .execute();
  const changed = new Map(contacts.map(({ id, updatedMs }) => [id, updatedMs]));
  for (const { contactId, at, detail } of attempts) {
    if (at < (changed.get(contactId) ?? 0)) continue;
    const since = failing.get(contactId)?.since ?? formatTime(at);
    failing.set(contactId, { since, detail });
  }
  return failing;
}
