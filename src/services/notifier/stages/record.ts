import type { NotifierContext, Parcel } from '../parcel.ts';

/** Counts the attempt; resolves once it is durable and has been announced. */
export function record(parcel: Parcel, context: NotifierContext): Promise<void> {
  const { attempt, payload, row, endedMs } = parcel;
  if (!attempt) throw new Error('nothing was decided');
  const { state } = attempt.next;
  const channel = parcel.channel?.name ?? row.channel;
  context.metrics.deliveries.add({ channel, outcome: attempt.outcome });
  if (state === 'sent' && payload.reading_received_at_ms !== null && endedMs !== undefined) {
    const seconds = (endedMs - payload.reading_received_at_ms) / 1000;
    context.metrics.readingToNotification.observe(Math.max(0, seconds));
  }
  if (state !== 'sent') {
    const about = { notification: row.id, contact: row.contact_id, channel, state };
    context.log.warn({ ...about, detail: attempt.detail }, 'a notification did not get through');
  }
  return context.ledger.write(attempt);
}
