import { ACKNOWLEDGE_LINK_MS, signAcknowledgeToken } from '#domain/acknowledge-token.ts';
import type { NotificationType } from '#domain/notification.ts';
import { renderDigest } from '#engine/messages/render-digest.ts';
import { renderMessage } from '#engine/messages/render-message.ts';
import { linkSecret } from '#storage/state/link-secret.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';

type Context = Pick<NotifierContext, 'state' | 'publicUrl'>;

const ASKS_FOR_ACTION: readonly NotificationType[] = ['raised', 'escalated', 'severity_changed'];

/** In the contact's language and time zone. */
export async function writeMessage(parcel: Parcel, context: Context): Promise<Parcel> {
  const { contact, payload, type } = parcel;
  const { publicUrl } = context;
  if (parcel.outcome || !contact) return parcel;
  if (payload.digest) {
    const message = renderDigest({ digest: payload.digest, reader: contact, publicUrl });
    return { ...parcel, message };
  }
  const acknowledgeLink = await linkFor(parcel, context);
  const request = { type, payload, reader: contact, publicUrl, acknowledgeLink };
  return { ...parcel, message: renderMessage(request) };
}

/** The same for every attempt: a message that comes twice is the same message. */
async function linkFor(
  { row, type, payload: { alert } }: Parcel,
  { state, publicUrl }: Context,
): Promise<string | undefined> {
  if (publicUrl === undefined || !ASKS_FOR_ACTION.includes(type) || alert.acknowledged) {
    return undefined;
  }
  const { customer, alert_id: alertId, contact_id: contactId } = row;
  const expiresMs = (row.released_at ?? row.created_at) + ACKNOWLEDGE_LINK_MS;
  const claims = { customer, alertId, contactId, expiresMs };
  return `${publicUrl}/ack/${signAcknowledgeToken(claims, await linkSecret(state.db))}`;
}
