import { sql } from 'kysely';
import type { ClaimDue, DueNotification } from '../state/outbox.ts';

// Tested by: test/scale/postgres-store.test.ts, test/scale/roles.test.ts

/**
 * How long a notifier may be at work on a notification without saying so again. One that ended without a word
 * leaves its notifications to the others after that; they keep their ids, so a receiver can drop a repetition.
 */
const CLAIM_SECONDS = 90;
/** Marks are renewed no oftener: each time is a new version of every row. Looks are taken every 30 s at least. */
const RENEW_MS = 25_000;
/** By the database's clock, which is one for all: notifiers' own may differ by more than a claim lasts. */
const DATABASE_NOW_MS = sql`(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;
const CLAIMED_UNTIL = sql`${DATABASE_NOW_MS} + ${sql.lit(CLAIM_SECONDS * 1000)}`;

/** Nobody else is working on it. */
const isFree = (owner: string) => sql`(n.claimed_by IS NULL OR n.claimed_by = ${owner}
  OR n.claimed_until < ${DATABASE_NOW_MS} OR n.claimed_for IS DISTINCT FROM n.next_attempt_at)`;

/**
 * `claimDue` for several notifiers: each takes what nobody is working on (`FOR UPDATE SKIP LOCKED`), marks it as its own
 * and renews the marks of what it still has. A mark holds for one attempt: once that is written down, `next_attempt_at`
 * has moved and the mark means nothing.
 */
export function claimDueAs(owner: string): ClaimDue {
  let renewedMs = performance.now();
  return async (
    db,
    { nowMs, limit, limitPerContact = limit, exceptIds = [], exceptContacts = [] },
  ) => {
    if (exceptIds.length === 0) renewedMs = performance.now();
    else if (performance.now() - renewedMs >= RENEW_MS) {
      renewedMs = performance.now();
      await sql`UPDATE notifications SET claimed_until = ${CLAIMED_UNTIL}
        WHERE id = ANY (${[...exceptIds]}) AND claimed_by = ${owner}`.execute(db);
    }
    const customers = exceptContacts.map(({ customer }) => customer);
    const contacts = exceptContacts.map(({ contactId }) => contactId);
    const { rows } = await sql<DueNotification>`
      WITH found AS (
        SELECT n.id, n.customer, n.contact_id, n.next_attempt_at FROM notifications AS n
        WHERE n.next_attempt_at <= ${nowMs}
          AND (n.group_key IS NULL OR n.released_at IS NOT NULL)
          AND n.id <> ALL (${[...exceptIds]}::text[])
          AND ${isFree(owner)}
          AND NOT EXISTS (
            SELECT FROM unnest(${customers}::text[], ${contacts}::text[]) AS full_one (customer, contact_id)
            WHERE full_one.customer = n.customer AND full_one.contact_id = n.contact_id)
          AND NOT EXISTS (
            SELECT FROM notifications AS e
            WHERE e.alert_id = n.alert_id AND e.contact_id = n.contact_id
              AND ((e.next_attempt_at IS NOT NULL AND (e.group_key IS NULL OR e.released_at IS NOT NULL))
                OR (e.digest_id <> n.id AND e.state IN ('queued', 'failed')))
              AND (e.created_at, e.id) < (n.created_at, n.id))
        ORDER BY n.next_attempt_at LIMIT ${limit}),
      ranked AS (
        SELECT id, row_number() OVER (
          PARTITION BY customer, contact_id ORDER BY next_attempt_at) AS place FROM found),
      due AS (
        SELECT n.id FROM notifications AS n
        WHERE n.id = ANY (ARRAY(SELECT id FROM ranked WHERE place <= ${limitPerContact}))
          AND n.next_attempt_at <= ${nowMs} AND ${isFree(owner)}
        FOR UPDATE OF n SKIP LOCKED),
      claimed AS (
        UPDATE notifications AS n
        SET claimed_by = ${owner}, claimed_until = ${CLAIMED_UNTIL}, claimed_for = n.next_attempt_at
        FROM due WHERE n.id = due.id
        RETURNING n.*)
      SELECT claimed.*, (SELECT d.body FROM documents AS d
        WHERE d.customer = claimed.customer AND d.kind = 'contact' AND d.id = claimed.contact_id) AS contact
      FROM claimed
      ORDER BY claimed.next_attempt_at`.execute(db);
    return rows;
  };
}
