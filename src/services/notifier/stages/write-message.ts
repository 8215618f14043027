import { renderDigest } from '#engine/messages/render-digest.ts';
import { renderMessage } from '#engine/messages/render-message.ts';
import type { NotifierContext, Parcel } from '../parcel.ts';

/** In the contact's language and time zone. */
export function writeMessage(parcel: Parcel, { publicUrl }: NotifierContext): Parcel {
  const { contact, payload, type } = parcel;
  if (parcel.outcome || !contact) return parcel;
  if (payload.digest) {
    const message = renderDigest({ digest: payload.digest, reader: contact, publicUrl });
    return { ...parcel, message };
  }
  return { ...parcel, message: renderMessage({ type, payload, reader: contact, publicUrl }) };
}
