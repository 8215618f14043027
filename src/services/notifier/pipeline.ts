import type { NotificationType } from '#domain/notification.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import type { Attempt, DueNotification } from '#storage/state/outbox.ts';
import { type NotifierContext, type Parcel, type Stage, Stopped } from './parcel.ts';
import { attempt } from './stages/attempt.ts';
import { attemptOf, decide } from './stages/decide.ts';
import { fallBack } from './stages/fall-back.ts';
import { findChannel } from './stages/find-channel.ts';
import { findContact } from './stages/find-contact.ts';
import { gatherDigest } from './stages/gather-digest.ts';
import { record } from './stages/record.ts';
import { writeMessage } from './stages/write-message.ts';

/**
 * The way of a notification from the outbox to a person. Who is told has been decided when the alert changed
 * (`engine/routing`); this is one attempt to tell one contact. Between `attempt` and `record`, which the caller does once the
 * contact's place is free again, lies the only gap: a crash there means that the same notification, with the same id, is sent again.
 */
const STAGES: readonly Stage[] = [
  findContact, // as it is now; others where it is gone and nobody else is told
  gatherDigest, // what goes out together
  findChannel,
  writeMessage, // in the contact's language and time zone
  attempt, // one, for as long as it may take
  decide, // sent, again later, or given up
  fallBack, // others, where it does not get through
];

/** The outcome is known; `written` resolves once it is durable. */
export interface Delivered {
  attempt: Attempt;
  written: Promise<void>;
}

/** One attempt, and its outcome given to the ledger. Rejects with `Stopped` where the platform stops before it is known. */
export async function deliver(row: DueNotification, context: NotifierContext): Promise<Delivered> {
  try {
    let parcel: Parcel = {
      row,
      type: row.type as NotificationType,
      payload: JSON.parse(row.payload) as NotificationPayload,
    };
    for (const stage of STAGES) parcel = await stage(parcel, context);
    if (!parcel.attempt) throw new Error('no stage has decided');
    // Counted, and on its way to be durable and announced.
    return { attempt: parcel.attempt, written: record(parcel, context) };
  } catch (error) {
    if (error instanceof Stopped) throw error;
    // A notification that the platform cannot handle is tried again, in case a newer version can.
    context.log.error({ err: error, notification: row.id }, 'a notification could not be handled');
    const outcome = { ok: false, retryable: true, detail: 'an error in the platform' } as const;
    const about = { row, endedMs: context.clock.now(), retryPolicy: context.retryPolicy };
    const failed = attemptOf(outcome, about);
    return { attempt: failed, written: context.ledger.write(failed) };
  }
}
