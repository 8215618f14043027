import type { Channel, Outcome, SendRequest } from '../channels/channel.ts';
import { type NotifierContext, type Parcel, Stopped } from '../parcel.ts';

/** Hands the message to the channel, for as long as an attempt may take. */
export async function attempt(parcel: Parcel, context: NotifierContext): Promise<Parcel> {
  const { contact, channel, message, type, payload, row } = parcel;
  if (parcel.outcome || !contact || !channel || !message) {
    return { ...parcel, endedMs: context.clock.now() };
  }
  const signal = AbortSignal.any([AbortSignal.timeout(context.attemptTimeoutMs), context.stopping]);
  const outcome = await sendWithin(
    channel,
    {
      customer: row.customer,
      contact,
      message,
      type,
      payload,
      notificationId: row.id,
      createdMs: row.created_at,
      signal,
    },
    context,
  );
  // What got through while stopping is still written down; what did not is sent at the next start.
  if (context.stopping.aborted && !outcome.ok) throw new Stopped();
  return { ...parcel, outcome, endedMs: context.clock.now() };
}

/** A channel that forgets its signal must not hold up its place for ever. */
async function sendWithin(
  channel: Channel,
  request: SendRequest,
  { log, attemptTimeoutMs }: NotifierContext,
): Promise<Outcome> {
  const { signal } = request;
  const { promise: over, resolve } = Promise.withResolvers<Outcome>();
  const late: Outcome = {
    ok: false,
    retryable: true,
    detail: `no answer within ${attemptTimeoutMs / 1000} s`,
  };
  // A little later than the channel itself, whose own words say more.
  const onAbort = () => setTimeout(() => resolve(late), 100);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([channel.send(request), over]);
  } catch (error) {
    log.error(
      { err: error, channel: channel.name, notification: request.notificationId },
      'the channel failed',
    );
    return { ok: false, retryable: true, detail: 'an error in the platform' };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
